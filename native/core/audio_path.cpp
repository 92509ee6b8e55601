#include "audio_path.h"

#include "flush_denormals.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace attend {
namespace {

constexpr int kChunk = FilterMixer::kChunk;
constexpr float kAbsurdInput = 64.0f;   // 36 dB over full scale: not sound
constexpr int kMostMicrophones = 64;
constexpr float kAbsurdTap = 1.0e4f, kAbsurdGain = 100.0f;

// 16 sets are 128 ms at one every 8 ms; huge sets get fewer, so that a mailbox stays within 64 MiB where it can.
std::size_t weights_depth(const ae_path_config& c) noexcept {
    const auto bytes = static_cast<std::size_t>(c.max_talkers) * 2 * sizeof(float) * static_cast<std::size_t>(c.microphones) * static_cast<std::size_t>(c.max_taps);
    return std::clamp<std::size_t>((std::size_t{64} << 20) / bytes, 4, 16);
}

bool all_within(const float* values, std::size_t count, float bound) noexcept {
    return std::all_of(values, values + count, [bound](float v) { return std::fabs(v) <= bound; });  // false for NaN
}

}  // namespace

AudioPath::AudioPath(const ae_path_config& config)
    : config_(config), history_(std::max(config.max_taps - 1, config.delay_samples)), room_(history_ + std::max(8 * kChunk, history_)),
      lines_(static_cast<std::size_t>(config.microphones) * static_cast<std::size_t>(room_)), now_(static_cast<std::size_t>(config.microphones)),
      mixer_(config), limiter_(config.lookahead_samples, config.release_samples, config.ceiling), guard_(config.filter_fade_samples, config.ceiling),
      weights_(weights_depth(config), WeightsMessage(config.max_talkers, config.microphones, config.max_taps)), gains_(64, GainsMessage(config.max_talkers)), taken_(512, TakenMessage{}) {
    reset();
}

void AudioPath::reset() noexcept {
    std::fill(lines_.begin(), lines_.end(), 0.0f);
    end_ = history_;
    mixer_.reset();
    limiter_.reset();
    guard_.reset();
    stop_.store(false);
    wanted_references_.store(config_.left_reference + kMostMicrophones * config_.right_reference);
    references_until_ = 0;
    faults_ = 0;
    faults_status_.store(0);
    weights_.clear();
    gains_.clear();
    taken_.clear();
    now_sample_ = last_gains_ = 0;
    bypassed_ = true;
    for (auto* counter : {&samples_, &weights_id_, &gains_id_, &bad_input_, &limited_, &rejected_, &taken_lost_}) counter->store(0);
    limiter_gain_.store(1);
    bypass_status_.store(1);
}

void AudioPath::process(const float* input, float* output, float* beams, int frames) noexcept {
    const FlushDenormals flush;
    int limited = 0;
    if (stop_.load(std::memory_order_relaxed)) guard_.stop(now_sample_);
    for (int at = 0; at < frames;) {
        poll();
        const std::int64_t until = std::min<std::int64_t>(next_event() - now_sample_, kChunk);
        const int length = static_cast<int>(std::min<std::int64_t>(until, frames - at));
        append(input, frames, at, length);
        for (int m = 0; m < config_.microphones; ++m) now_[static_cast<std::size_t>(m)] = lines_.data() + static_cast<std::ptrdiff_t>(m) * room_ + end_ - length;
        float* left = output + at;
        float* right = output + frames + at;
        mixer_.process(now_.data(), left, right, beams == nullptr ? nullptr : beams + at, frames, length);
        guard_.shape(left, right, length, now_sample_);
        limited += limiter_.process(left, right, length);
        guard_.finish(left, right, no_sound_.data(), length, now_sample_);
        FaultEvent events[OutputGuard::kMostEvents];
        const int count = guard_.take_events(events);
        for (int i = 0; i < count; ++i) report_fault(events[i].bit, events[i].on, events[i].sample);
        at += length;
        now_sample_ += length;
    }
    samples_.store(now_sample_, std::memory_order_relaxed);
    limited_.fetch_add(limited, std::memory_order_relaxed);
    limiter_gain_.store(limiter_.gain(), std::memory_order_relaxed);
}

// Takes everything whose time has come.
void AudioPath::poll() noexcept {
    while (GainsMessage* message = gains_.front()) {
        if (message->effective_sample > now_sample_) break;
        mixer_.start_gains(*message, gains_id_.load(std::memory_order_relaxed) == 0);
        gains_id_.store(message->id, std::memory_order_relaxed);
        report(AE_KIND_GAINS, message->id, now_sample_);
        last_gains_ = now_sample_;
        gains_.pop();
    }
    while (WeightsMessage* message = weights_.front()) {
        if (message->effective_sample > now_sample_) break;
        const std::int64_t id = message->id;
        mixer_.start_filters(*message, weights_id_.load(std::memory_order_relaxed) == 0);
        weights_id_.store(id, std::memory_order_relaxed);
        report(AE_KIND_WEIGHTS, id, now_sample_);
        weights_.pop();
    }
    const int wanted = wanted_references_.load(std::memory_order_relaxed);
    const std::array<int, 2> references{wanted % kMostMicrophones, wanted / kMostMicrophones};
    if (references != mixer_.references() && now_sample_ >= references_until_) {
        mixer_.start_references(references);
        references_until_ = now_sample_ + config_.filter_fade_samples;
    }
    update_bypass();
}

// The sign of life of the control side is its gains alone: filters may come from beside the audio thread while decisions have stopped.
void AudioPath::update_bypass() noexcept {
    if (late_ > 0) report_fault(AE_FAULT_CONTROL, now_sample_ - last_gains_ >= late_, now_sample_);
    const bool complete = weights_id_.load(std::memory_order_relaxed) != 0 && gains_id_.load(std::memory_order_relaxed) != 0;
    const bool stale = config_.heartbeat_samples > 0 && now_sample_ - last_gains_ >= config_.heartbeat_samples;
    const bool wanted = !complete || stale;
    if (wanted == bypassed_) return;
    bypassed_ = wanted;
    bypass_status_.store(wanted ? 1 : 0, std::memory_order_relaxed);
    mixer_.start_bypass(wanted);
    report(AE_KIND_BYPASS, wanted ? 1 : 0, now_sample_);
}

// The first sample after now at which the state changes by itself.
std::int64_t AudioPath::next_event() noexcept {
    std::int64_t next = kNever;
    if (const GainsMessage* message = gains_.front()) next = std::min(next, message->effective_sample);
    if (const WeightsMessage* message = weights_.front()) next = std::min(next, message->effective_sample);
    if (references_until_ > now_sample_) next = std::min(next, references_until_);
    if (config_.heartbeat_samples > 0 && !bypassed_) next = std::min(next, last_gains_ + config_.heartbeat_samples);
    if (late_ > 0 && (faults_ & AE_FAULT_CONTROL) == 0) next = std::min(next, last_gains_ + late_);
    return std::max(next, now_sample_ + 1);
}

void AudioPath::append(const float* input, int stride, int at, int frames) noexcept {
    const bool full = end_ + frames > room_;
    std::int64_t bad = 0;
    std::fill_n(no_sound_.begin(), frames, std::uint8_t{0});
    const auto references = mixer_.references();
    for (int m = 0; m < config_.microphones; ++m) {
        float* line = lines_.data() + static_cast<std::ptrdiff_t>(m) * room_;
        if (full) std::memmove(line, line + end_ - history_, static_cast<std::size_t>(history_) * sizeof(float));
        float* to = line + (full ? history_ : end_);
        const float* from = input + static_cast<std::ptrdiff_t>(m) * stride + at;
        for (int i = 0; i < frames; ++i) {
            const bool good = std::fabs(from[i]) <= kAbsurdInput;  // false for NaN
            to[i] = good ? from[i] : 0.0f;
            if (good) continue;
            ++bad;
            // Without an ear's own microphone, or with most of them, there is nothing to hear.
            auto& counted = no_sound_[static_cast<std::size_t>(i)];
            const bool vital = m == references[0] || m == references[1];
            counted = static_cast<std::uint8_t>(counted + (vital ? config_.microphones : 1));
        }
    }
    for (int i = 0; i < frames && bad > 0; ++i) {
        auto& counted = no_sound_[static_cast<std::size_t>(i)];
        counted = 2 * counted > config_.microphones ? 1 : 0;
    }
    end_ = (full ? history_ : end_) + frames;
    if (bad > 0) bad_input_.fetch_add(bad, std::memory_order_relaxed);
}

void AudioPath::report_fault(int bit, bool on, std::int64_t sample) noexcept {
    const int faults = on ? faults_ | bit : faults_ & ~bit;
    if (faults == faults_) return;
    faults_ = faults;
    faults_status_.store(faults, std::memory_order_relaxed);
    report(AE_KIND_FAULT, faults, sample);
}

void AudioPath::report(int kind, std::int64_t id, std::int64_t sample) noexcept {
    if (TakenMessage* slot = taken_.reserve()) {
        *slot = {kind, id, sample};
        taken_.publish();
    } else {
        taken_lost_.fetch_add(1, std::memory_order_relaxed);
    }
}

ae_result AudioPath::reject(ae_result why) noexcept {
    rejected_.fetch_add(1, std::memory_order_relaxed);
    return why;
}

ae_result AudioPath::push_weights(std::int64_t id, const float* filters, int talkers, int taps, const float* left_share, std::int64_t effective_sample) noexcept {
    if (id <= 0 || talkers < 1 || talkers > config_.max_talkers || taps < 1 || taps > config_.max_taps || effective_sample < -1) return AE_INVALID;
    const auto count = static_cast<std::size_t>(talkers) * 2 * static_cast<std::size_t>(config_.microphones) * static_cast<std::size_t>(taps);
    if (!all_within(filters, count, kAbsurdTap)) return reject(AE_NOT_FINITE);
    if (left_share != nullptr && !all_within(left_share, static_cast<std::size_t>(talkers), 1.0f)) return reject(AE_NOT_FINITE);
    WeightsMessage* slot = weights_.reserve();
    if (slot == nullptr) return reject(AE_BUSY);
    slot->id = id;
    slot->effective_sample = effective_sample;
    slot->talkers = talkers;
    slot->taps = taps;
    std::copy_n(filters, count, slot->filters.begin());
    if (left_share != nullptr) std::copy_n(left_share, talkers, slot->left_share.begin());
    else std::fill_n(slot->left_share.begin(), talkers, 0.5f);
    weights_.publish();
    return AE_OK;
}

ae_result AudioPath::push_gains(std::int64_t id, const float* gains, int talkers, float ambient, std::int64_t effective_sample) noexcept {
    if (id <= 0 || talkers < 0 || talkers > config_.max_talkers || effective_sample < -1) return AE_INVALID;
    if (!all_within(gains, static_cast<std::size_t>(talkers), kAbsurdGain) || !all_within(&ambient, 1, kAbsurdGain)) return reject(AE_NOT_FINITE);
    GainsMessage* slot = gains_.reserve();
    if (slot == nullptr) return reject(AE_BUSY);
    slot->id = id;
    slot->effective_sample = effective_sample;
    slot->ambient = ambient;
    std::copy_n(gains, talkers, slot->gains.begin());
    std::fill(slot->gains.begin() + talkers, slot->gains.end(), 0.0f);
    gains_.publish();
    return AE_OK;
}

ae_result AudioPath::read_taken(TakenMessage& message) noexcept {
    const TakenMessage* slot = taken_.front();
    if (slot == nullptr) return AE_EMPTY;
    message = *slot;
    taken_.pop();
    return AE_OK;
}

void AudioPath::status(ae_path_status& status) const noexcept {
    status = {samples_.load(), weights_id_.load(), gains_id_.load(), bad_input_.load(), limited_.load(), rejected_.load(), taken_lost_.load(),
              limiter_gain_.load(), bypass_status_.load()};
}

void AudioPath::set_safety(const ae_safety_config& config) {
    guard_.arm(config);
    late_ = config.late_samples;
}

ae_result AudioPath::set_references(int left, int right) noexcept {
    if (left < 0 || left >= config_.microphones || right < 0 || right >= config_.microphones) return AE_INVALID;
    wanted_references_.store(left + kMostMicrophones * right, std::memory_order_relaxed);
    return AE_OK;
}

void AudioPath::safety(ae_safety_status& status) const noexcept {
    guard_.status(status);
    status.faults = faults_status_.load();
}

}  // namespace attend
