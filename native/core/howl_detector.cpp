#include "howl_detector.h"

#include <algorithm>
#include <cmath>

namespace attend {
namespace {

constexpr double kWindowS = 0.010;
// For a lone tone x(t) + x(t-2D) = 2 cos(wD) x(t-D) at every lag D; the harmonics of a voice share that at no more than one of these.
constexpr double kLagS[3] = {0.00051, 0.00173, 0.00487};
constexpr double kPurity = 0.97;
constexpr int kWindows = 8;          // 80 ms of a lone tone
constexpr double kGrowth = 4;        // 6 dB more power at the end of them than at their start
constexpr double kLoud = 0.1, kQuiet = 1e-5;  // power relative to a tone at the ceiling: 10 dB below it; 50 dB below it

}  // namespace

HowlDetector::HowlDetector(double rate_hz, float ceiling)
    : window_(std::max(8, static_cast<int>(kWindowS * rate_hz))), loud_(0.5 * kLoud * ceiling * ceiling), quiet_(0.5 * kQuiet * ceiling * ceiling) {
    for (int i = 0; i < kLags; ++i) lags_[i] = std::max(1, static_cast<int>(kLagS[i] * rate_hz));
    ring_.resize(static_cast<std::size_t>(2 * lags_[kLags - 1] + 1));
    reset();
}

void HowlDetector::reset() noexcept {
    std::fill(ring_.begin(), ring_.end(), 0.0f);
    write_ = filled_ = pure_ = 0;
    last_ = 0;
    energy_ = first_ = purity_ = 0;
    for (int i = 0; i < kLags; ++i) middle_[i] = cross_[i] = sum_[i] = outer_[i] = 0;
}

bool HowlDetector::step(float x) noexcept {
    const int size = static_cast<int>(ring_.size());
    write_ = write_ + 1 == size ? 0 : write_ + 1;
    ring_[static_cast<std::size_t>(write_)] = x - last_;  // without what is too low to howl
    last_ = x;
    energy_ += static_cast<double>(x) * x;
    const double now = ring_[static_cast<std::size_t>(write_)];
    for (int i = 0; i < kLags; ++i) {
        const auto at = [&](int lag) { return static_cast<double>(ring_[static_cast<std::size_t>(write_ >= lag ? write_ - lag : write_ - lag + size)]); };
        const double one = at(lags_[i]), two = at(2 * lags_[i]), both = now + two;
        middle_[i] += one * one;
        cross_[i] += one * both;
        sum_[i] += both * both;
        outer_[i] += now * now + two * two;
    }
    return ++filled_ == window_ && window_ends();
}

bool HowlDetector::window_ends() noexcept {
    const double power = energy_ / window_;
    purity_ = 1;
    for (int i = 0; i < kLags; ++i) {
        const double rest = middle_[i] > 0 ? sum_[i] - cross_[i] * cross_[i] / middle_[i] : sum_[i];
        purity_ = std::min(purity_, outer_[i] > 0 ? 1 - rest / outer_[i] : 0.0);
        middle_[i] = cross_[i] = sum_[i] = outer_[i] = 0;
    }
    energy_ = 0;
    filled_ = 0;
    if (purity_ < kPurity || power < quiet_) {
        pure_ = 0;
        return false;
    }
    if (pure_++ == 0) first_ = power;
    if (pure_ < kWindows) return false;
    const bool howls = power > loud_ || power > kGrowth * first_;
    pure_ = 0;
    return howls;
}

}  // namespace attend
