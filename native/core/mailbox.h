// What the control side sends to the audio thread, in preallocated slots.
#pragma once
#include <cstdint>
#include <vector>

namespace attend {

struct WeightsMessage {
    WeightsMessage(int talkers_capacity, int microphones, int taps_capacity)
        : filters(static_cast<std::size_t>(talkers_capacity) * 2 * static_cast<std::size_t>(microphones) * static_cast<std::size_t>(taps_capacity)),
          left_share(static_cast<std::size_t>(talkers_capacity), 0.5f) {}

    std::int64_t id = 0, effective_sample = -1;
    int talkers = 0, taps = 0;
    std::vector<float> filters;     // [talkers x 2 x M x taps]
    std::vector<float> left_share;  // [talkers]
};

struct GainsMessage {
    explicit GainsMessage(int talkers_capacity) : gains(static_cast<std::size_t>(talkers_capacity)) {}

    std::int64_t id = 0, effective_sample = -1;
    float ambient = 0;
    std::vector<float> gains;  // [talkers capacity], zeros beyond the talkers that were pushed
};

struct TakenMessage {
    int kind = 0;
    std::int64_t id = 0, sample = 0;
};

}  // namespace attend
