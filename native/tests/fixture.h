// Shared by the tests: a small path, reproducible noise, and a run that cuts a signal into calls.
#pragma once
#include "attention_engine.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace fixture {

struct Noise {  // xorshift64*: the same numbers everywhere
    std::uint64_t state;
    float next() {
        state ^= state >> 12; state ^= state << 25; state ^= state >> 27;
        return static_cast<float>(static_cast<double>((state * 2685821657736338717ULL) >> 11) / 9007199254740992.0 * 2.0 - 1.0);
    }
    std::vector<float> make(std::size_t count, float scale) {
        std::vector<float> v(count);
        for (auto& x : v) x = scale * next();
        return v;
    }
};

constexpr int kMics = 4, kTalkers = 3, kTaps = 64, kDelay = 20, kLookahead = 16;

inline ae_path_config config() {
    return {kMics, kTalkers, kTaps, 0, 1, kDelay, kLookahead, 160, 200, 400, 0, 0.9f};
}

using Path = std::unique_ptr<ae_path, decltype(&ae_path_destroy)>;
inline Path create(const ae_path_config& c) {
    ae_path* raw = nullptr;
    if (ae_path_create(&c, &raw) != AE_OK) return {nullptr, ae_path_destroy};
    return {raw, ae_path_destroy};
}

// A filter set that plays talker k's beam as microphone k delayed by `delay`, for both ears.
inline std::vector<float> delays(int talkers, int delay) {
    std::vector<float> f(static_cast<std::size_t>(talkers) * 2 * kMics * kTaps);
    for (int k = 0; k < talkers; ++k)
        for (int e = 0; e < 2; ++e) f[static_cast<std::size_t>(((k * 2 + e) * kMics + k) * kTaps + delay)] = 1;
    return f;
}

struct Result {
    std::vector<float> left, right, beams;  // beams: [K x frames]
};

// input: [M x frames]; next: length of the next call.
inline Result run(ae_path* path, const std::vector<float>& input, const std::function<int()>& next) {
    const int frames = static_cast<int>(input.size()) / kMics;
    Result result{std::vector<float>(static_cast<std::size_t>(frames)), std::vector<float>(static_cast<std::size_t>(frames)), std::vector<float>(static_cast<std::size_t>(frames) * kTalkers)};
    for (int at = 0; at < frames;) {
        int n = next();
        if (n > frames - at) n = frames - at;
        std::vector<float> in(static_cast<std::size_t>(n) * kMics), out(static_cast<std::size_t>(n) * 2), beams(static_cast<std::size_t>(n) * kTalkers);
        for (int m = 0; m < kMics; ++m)
            for (int i = 0; i < n; ++i) in[static_cast<std::size_t>(m * n + i)] = input[static_cast<std::size_t>(m * frames + at + i)];
        ae_path_process(path, in.data(), out.data(), beams.data(), n);
        for (int i = 0; i < n; ++i) {
            result.left[static_cast<std::size_t>(at + i)] = out[static_cast<std::size_t>(i)];
            result.right[static_cast<std::size_t>(at + i)] = out[static_cast<std::size_t>(n + i)];
            for (int k = 0; k < kTalkers; ++k) result.beams[static_cast<std::size_t>(k * frames + at + i)] = beams[static_cast<std::size_t>(k * n + i)];
        }
        at += n;
    }
    return result;
}

}  // namespace fixture
