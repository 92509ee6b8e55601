#include "output_guard.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attend {
namespace {

constexpr int kSilencing = AE_FAULT_INPUT | AE_FAULT_OUTPUT | AE_FAULT_DOSE | AE_FAULT_STOPPED;
constexpr double kSlowS = 10;                             // of the long-term level
constexpr int kMostCuts = 4;                              // 6 dB each; a howl that outlasts them is silenced
constexpr double kCutS = 0.005, kRecoveryFadeS = 0.2;     // ramps of the cut
constexpr double kSilenceS = 1, kCalmS = 3, kRelapseS = 1;
constexpr double kTroubleS = 0.005, kTroubleEndsS = 0.1;  // of bad input until silence; of good input until sound
constexpr int kTroubleStep = 8;                           // a bad frame weighs as much as so many good ones
constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 2;

}  // namespace

OutputGuard::OutputGuard(int stop_fade, float ceiling) : ceiling_(ceiling), unarmed_fade_(stop_fade) { reset(); }

void OutputGuard::arm(const ae_safety_config& config) {
    howl_detectors_.assign(config.howl != 0 ? 2 : 0, HowlDetector(config.rate_hz, ceiling_));
    config_ = config;
    for (auto* ears : {before_, after_}) ears[0] = ears[1] = AWeighting(config.rate_hz);
    slow_step_ = 1 / (kSlowS * config.rate_hz);
    energy_budget_ = config.dose_budget * config.rate_hz;
    trouble_limit_ = std::max(1, static_cast<int>(kTroubleStep * kTroubleS * config.rate_hz));
    trouble_most_ = std::max(trouble_limit_, static_cast<int>(kTroubleEndsS * config.rate_hz));
    armed_ = true;
    reset();
}

void OutputGuard::reset() noexcept {
    for (int ear = 0; ear < 2; ++ear) {
        before_[ear].reset();
        after_[ear].reset();
        slow_[ear] = dose_[ear] = 0;
    }
    for (auto& detector : howl_detectors_) detector.reset();
    level_ = 1;
    cut_.set(1);
    mute_.set(armed_ ? 0.0f : 1.0f);
    cuts_ = fewest_cuts_ = howls_ = trouble_ = faults_ = event_count_ = 0;
    calm_since_ = silent_from_ = silent_until_ = 0;
    recovered_at_ = kLongAgo;
    samples_.store(0);
    dose_status_.store(0);
    howls_status_.store(0);
    level_status_.store(1);
    cut_status_.store(1);
    mute_status_.store(mute_.value());
}

void OutputGuard::note(int bit, bool on, std::int64_t sample) noexcept {
    if (((faults_ & bit) != 0) == on) return;
    faults_ ^= bit;
    if (event_count_ < kMostEvents) events_[event_count_++] = {sample, bit, on};
}

int OutputGuard::take_events(FaultEvent* events) noexcept {
    const int count = event_count_;
    std::copy_n(events_, count, events);
    for (int i = 1; i < count; ++i)  // shape() notes before finish(), which may concern earlier samples
        for (int j = i; j > 0 && events[j].sample < events[j - 1].sample; --j) std::swap(events[j], events[j - 1]);
    event_count_ = 0;
    return count;
}

void OutputGuard::howled(std::int64_t sample) noexcept {
    ++howls_;
    if (cuts_ < kMostCuts) {
        ++cuts_;
        cut_.go(std::ldexp(1.0f, -cuts_), std::max(1, static_cast<int>(kCutS * config_.rate_hz)));
    } else {
        if (sample >= silent_until_) silent_from_ = sample;
        silent_until_ = sample + static_cast<std::int64_t>(kSilenceS * config_.rate_hz);
    }
    if (sample - recovered_at_ < static_cast<std::int64_t>(kRelapseS * config_.rate_hz)) fewest_cuts_ = cuts_;  // it came back with the gain
    calm_since_ = sample;
    note(AE_FAULT_HOWL, true, sample);
}

void OutputGuard::recover(std::int64_t sample) noexcept {
    if (cuts_ <= fewest_cuts_ || sample - calm_since_ < static_cast<std::int64_t>(kCalmS * config_.rate_hz)) return;
    --cuts_;
    cut_.go(std::ldexp(1.0f, -cuts_), static_cast<int>(kRecoveryFadeS * config_.rate_hz));
    calm_since_ = recovered_at_ = sample;
    if (cuts_ == 0) note(AE_FAULT_HOWL, false, sample);
}

// From the level that has been, of the louder ear; the same for both.
float OutputGuard::level_gain(float left, float right) noexcept {
    const float in[] = {left, right};
    double loudest = 0;
    for (int ear = 0; ear < 2; ++ear) {
        const double a = before_[ear].step(in[ear]);
        slow_[ear] += (a * a - slow_[ear]) * slow_step_;
        loudest = std::max(loudest, slow_[ear]);
    }
    const double limit = config_.long_term_limit;
    return loudest > limit * limit ? static_cast<float>(limit / std::sqrt(loudest)) : 1.0f;
}

void OutputGuard::shape(float* left, float* right, int frames, std::int64_t first) noexcept {
    if (!armed_) return;
    for (int i = 0; i < frames; ++i) {
        if (config_.long_term_limit > 0) level_ = level_gain(left[i], right[i]);
        const float gain = level_ * cut_.next();
        left[i] *= gain;
        right[i] *= gain;
        if (howl_detectors_.empty()) continue;
        const bool howl_left = howl_detectors_[0].step(left[i]), howl_right = howl_detectors_[1].step(right[i]);
        if (howl_left || howl_right) howled(first + i);
        else recover(first + i);
    }
}

void OutputGuard::judge_input(bool bad, std::int64_t sample) noexcept {
    trouble_ = std::clamp(trouble_ + (bad ? kTroubleStep : -1), 0, trouble_most_);
    if (trouble_ >= trouble_limit_) note(AE_FAULT_INPUT, true, sample);
    else if (trouble_ == 0) note(AE_FAULT_INPUT, false, sample);
}

void OutputGuard::count_dose(float left, float right, std::int64_t sample) noexcept {
    const float out[] = {left, right};
    for (int ear = 0; ear < 2; ++ear) {
        const double a = after_[ear].step(out[ear]);
        dose_[ear] += a * a;
    }
    if (energy_budget_ > 0 && std::max(dose_[0], dose_[1]) >= energy_budget_) note(AE_FAULT_DOSE, true, sample);
}

void OutputGuard::finish(float* left, float* right, const std::uint8_t* bad, int frames, std::int64_t first) noexcept {
    const int start = armed_ ? config_.start_fade_samples : unarmed_fade_, stop = armed_ ? config_.stop_fade_samples : unarmed_fade_;
    for (int i = 0; i < frames; ++i) {
        const std::int64_t sample = first + i;
        if (armed_) judge_input(bad[i] != 0, sample);
        if (!(std::fabs(left[i]) <= ceiling_ && std::fabs(right[i]) <= ceiling_)) {  // also for NaN
            left[i] = right[i] = 0;
            note(AE_FAULT_OUTPUT, true, sample);
        }
        const bool silent = (faults_ & kSilencing) != 0 || (sample >= silent_from_ && sample < silent_until_);
        mute_.go(silent ? 0.0f : 1.0f, silent ? stop : start);
        const float gain = mute_.next();
        left[i] *= gain;
        right[i] *= gain;
        if (armed_) count_dose(left[i], right[i], sample);
    }
    samples_.store(first + frames, std::memory_order_relaxed);
    dose_status_.store(armed_ ? std::max(dose_[0], dose_[1]) / config_.rate_hz : 0, std::memory_order_relaxed);
    howls_status_.store(howls_, std::memory_order_relaxed);
    level_status_.store(level_, std::memory_order_relaxed);
    cut_status_.store(cut_.value(), std::memory_order_relaxed);
    mute_status_.store(mute_.value(), std::memory_order_relaxed);
}

void OutputGuard::status(ae_safety_status& status) const noexcept {
    status = {samples_.load(), dose_status_.load(), 0, howls_status_.load(), level_status_.load(), cut_status_.load(), mute_status_.load()};
}

}  // namespace attend
