// Acoustic feedback in one channel: a lone tone that grows, or that lasts at the level of the limiter.
#pragma once
#include <vector>

namespace attend {

class HowlDetector {
public:
    // ceiling: level of the limiter, linear.
    HowlDetector(double rate_hz, float ceiling);
    void reset() noexcept;

    // One sample as it goes to the limiter. True at the sample at which a howl is declared; it is declared again only if it lasts.
    bool step(float x) noexcept;

    // Of the last complete window of 10 ms, for tests: 1 for a lone steady tone.
    double purity() const noexcept { return purity_; }

private:
    static constexpr int kLags = 3;
    bool window_ends() noexcept;

    int window_;
    double loud_, quiet_;
    int lags_[kLags];
    std::vector<float> ring_;
    int write_ = 0, filled_ = 0, pure_ = 0;
    float last_ = 0;
    double middle_[kLags]{}, cross_[kLags]{}, sum_[kLags]{}, outer_[kLags]{}, energy_ = 0, first_ = 0, purity_ = 0;
};

}  // namespace attend
