// Look-ahead limiter for two linked channels: inter-sample peaks by 4x interpolation, an absolute cap as the very last step.
#pragma once
#include <cstdint>
#include <vector>

namespace attend {

class Limiter {
public:
    // lookahead: delay in samples, >= 8; release: time constant of recovery in samples; ceiling: linear, (0, 1].
    Limiter(int lookahead, int release, float ceiling);

    void reset() noexcept;
    int delay() const noexcept { return lookahead_; }

    // In place, frame by frame. Returns how many frames had their gain reduced.
    int process(float* left, float* right, int frames) noexcept;

    float gain() const noexcept { return last_gain_; }

private:
    float true_peak() const noexcept;
    float window_minimum(float wanted) noexcept;

    static constexpr int kFuture = 6;  // the interpolator looks that far ahead of the sample it judges
    const int lookahead_, window_;
    const float ceiling_, release_;
    std::vector<float> left_, right_;    // delay lines [lookahead + 1, or the interpolator's taps], newest at write_
    std::vector<float> minimum_;         // [window + 1] monotone queue of wanted gains
    std::vector<std::int64_t> minimum_at_;
    std::vector<std::int64_t> box_;      // [window] held gains in fixed point: an exact running mean
    std::int64_t box_sum_ = 0, clock_ = 0;
    int write_ = 0, box_at_ = 0, queue_head_ = 0, queue_size_ = 0;
    float held_ = 1, last_gain_ = 1;
};

}  // namespace attend
