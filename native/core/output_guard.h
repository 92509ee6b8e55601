// What stands between the mixer and the ears besides the limiter: long-term level, howl cut, dose, mute. Sample by sample.
#pragma once
#include "a_weighting.h"
#include "attention_engine_safety.h"
#include "fade.h"
#include "howl_detector.h"

#include <atomic>
#include <cstdint>
#include <vector>

namespace attend {

// A fault that begins or ends at a sample.
struct FaultEvent {
    std::int64_t sample = 0;
    int bit = 0;
    bool on = false;
};

class OutputGuard {
public:
    static constexpr int kMostEvents = 16;  // of one call of shape() and finish()

    OutputGuard(int stop_fade, float ceiling);

    // Allocates; from then on the level, howl, dose and input rules hold.
    void arm(const ae_safety_config& config);
    void reset() noexcept;
    bool armed() const noexcept { return armed_; }

    // In place, before the limiter; first: index of the first frame.
    void shape(float* left, float* right, int frames, std::int64_t first) noexcept;

    // In place, after the limiter. bad: [frames], not 0 where the microphones gave no sound.
    void finish(float* left, float* right, const std::uint8_t* bad, int frames, std::int64_t first) noexcept;

    void stop(std::int64_t sample) noexcept { note(AE_FAULT_STOPPED, true, sample); }

    // What began and ended since the last call of take_events(), in the order of the samples.
    int take_events(FaultEvent* events) noexcept;
    void status(ae_safety_status& status) const noexcept;

private:
    void note(int bit, bool on, std::int64_t sample) noexcept;
    void howled(std::int64_t sample) noexcept;
    void recover(std::int64_t sample) noexcept;
    void judge_input(bool bad, std::int64_t sample) noexcept;
    float level_gain(float left, float right) noexcept;
    void count_dose(float left, float right, std::int64_t sample) noexcept;

    const float ceiling_;
    const int unarmed_fade_;
    bool armed_ = false;
    ae_safety_config config_{};
    int trouble_limit_ = 0, trouble_most_ = 0;
    AWeighting before_[2], after_[2];
    std::vector<HowlDetector> howl_detectors_;  // [2]
    double slow_[2]{}, dose_[2]{}, slow_step_ = 0, energy_budget_ = 0;
    float level_ = 1;
    Fade cut_, mute_;
    int cuts_ = 0, fewest_cuts_ = 0, howls_ = 0, trouble_ = 0, faults_ = 0;
    std::int64_t calm_since_ = 0, recovered_at_ = 0, silent_from_ = 0, silent_until_ = 0;
    FaultEvent events_[kMostEvents];
    int event_count_ = 0;
    std::atomic<std::int64_t> samples_{0};
    std::atomic<double> dose_status_{0};
    std::atomic<int> howls_status_{0};
    std::atomic<float> level_status_{1}, cut_status_{1}, mute_status_{1};
};

}  // namespace attend
