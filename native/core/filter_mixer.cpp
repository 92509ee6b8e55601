#include "filter_mixer.h"

#include "fir_bank.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace attend {
namespace {

// Smooth step with zero slope at both ends.
inline float smooth(float u) noexcept { return u * u * (3.0f - 2.0f * u); }

template <typename V>
inline float at(const V& value, float weight) noexcept { return value.from + (value.to - value.from) * weight; }

}  // namespace

FilterMixer::FilterMixer(const ae_path_config& config)
    : microphones_(config.microphones), talkers_(config.max_talkers), delay_(config.delay_samples),
      first_reference_{config.left_reference, config.right_reference}, reference_(first_reference_), old_reference_(first_reference_), current_(config.max_talkers, config.microphones, config.max_taps),
      previous_(current_), blend_(current_), gains_(static_cast<std::size_t>(config.max_talkers) + 1) {
    filter_ramp_.length = config.filter_fade_samples;
    bypass_ramp_.length = config.filter_fade_samples;
    reference_ramp_.length = config.filter_fade_samples;
    gain_ramp_.length = config.gain_fade_samples;
    reset();
}

void FilterMixer::reset() noexcept {
    for (WeightsMessage* set : {&current_, &previous_, &blend_}) set->talkers = set->taps = 0;
    std::fill(gains_.begin(), gains_.end(), Value{});
    bypass_ = {1, 1};
    reference_ = old_reference_ = first_reference_;
    for (Ramp* ramp : {&filter_ramp_, &gain_ramp_, &bypass_ramp_, &reference_ramp_}) ramp->position = ramp->length;
}

// previous_ becomes what sounds now, in the middle of a cross-fade: a cut one goes on from here. Of the mono beam the left share is
// blended apart, which is exact where both sets share alike and else off by a product of two differences.
void FilterMixer::freeze_blend() noexcept {
    const float w = smooth(static_cast<float>(filter_ramp_.position) / static_cast<float>(filter_ramp_.length)), v = 1.0f - w;
    blend_.talkers = std::max(current_.talkers, previous_.talkers);
    blend_.taps = std::max(current_.taps, previous_.taps);
    const auto lines = static_cast<std::size_t>(2 * microphones_), taps = static_cast<std::size_t>(blend_.taps);
    std::fill_n(blend_.filters.begin(), static_cast<std::size_t>(blend_.talkers) * lines * taps, 0.0f);
    const auto add = [&](const WeightsMessage& set, float weight) {
        const auto length = static_cast<std::size_t>(set.taps);
        for (std::size_t line = 0; line < static_cast<std::size_t>(set.talkers) * lines; ++line)
            for (std::size_t t = 0; t < length; ++t) blend_.filters[line * taps + t] += weight * set.filters[line * length + t];
    };
    add(previous_, v);
    add(current_, w);
    for (int talker = 0; talker < blend_.talkers; ++talker) {
        const auto k = static_cast<std::size_t>(talker);
        const bool old_has = talker < previous_.talkers, new_has = talker < current_.talkers;
        blend_.left_share[k] = old_has && new_has ? v * previous_.left_share[k] + w * current_.left_share[k] : (new_has ? current_ : previous_).left_share[k];
    }
    std::swap(previous_, blend_);
}

void FilterMixer::start_filters(WeightsMessage& message, bool at_once) noexcept {
    if (!filter_ramp_.running()) std::swap(current_, previous_);
    else if (filter_ramp_.position > 0) freeze_blend();  // at 0 nothing of current_ has sounded: it is replaced
    std::swap(current_, message);  // vectors trade places: nothing is copied or freed
    filter_ramp_.position = at_once ? filter_ramp_.length : 0;
}

void FilterMixer::start_gains(const GainsMessage& message, bool at_once) noexcept {
    const float weight = smooth(static_cast<float>(gain_ramp_.position) / static_cast<float>(gain_ramp_.length));
    for (int k = 0; k <= talkers_; ++k) {
        Value& gain = gains_[static_cast<std::size_t>(k)];
        const float target = k < talkers_ ? message.gains[static_cast<std::size_t>(k)] : message.ambient;
        gain = {at_once ? target : at(gain, weight), target};
    }
    gain_ramp_.position = at_once ? gain_ramp_.length : 0;
}

void FilterMixer::start_bypass(bool on) noexcept {
    const float weight = smooth(static_cast<float>(bypass_ramp_.position) / static_cast<float>(bypass_ramp_.length));
    bypass_ = {at(bypass_, weight), on ? 1.0f : 0.0f};
    bypass_ramp_.position = 0;
}

void FilterMixer::start_references(std::array<int, 2> references) noexcept {
    old_reference_ = reference_;
    reference_ = references;
    reference_ramp_.position = 0;
}

// An ear's microphone at the path's delay, blended with the one before while that fades out.
const float* FilterMixer::reference(const float* const* x, int ear, int frames) noexcept {
    const auto e = static_cast<std::size_t>(ear);
    const float* now = x[reference_[e]] - delay_;
    if (reference_weight_[0] >= 1.0f) return now;
    const float* old = x[old_reference_[e]] - delay_;
    for (int i = 0; i < frames; ++i) {
        const auto s = static_cast<std::size_t>(i);
        blended_[e][s] = old[i] + (now[i] - old[i]) * reference_weight_[s];
    }
    return blended_[e].data();
}

void FilterMixer::advance(Ramp& ramp, Chunk& weight, int frames) noexcept {
    const float step = 1.0f / static_cast<float>(ramp.length);
    for (int i = 0; i < frames; ++i) {
        if (ramp.running()) ++ramp.position;
        weight[static_cast<std::size_t>(i)] = ramp.running() ? smooth(static_cast<float>(ramp.position) * step) : 1.0f;
    }
}

void FilterMixer::mix_talker(int talker, const float* const* x, const float* ref_left, const float* ref_right, float* left, float* right, float* beam,
                             int frames) noexcept {
    const bool sounds = talker < current_.talkers, fades = filter_weight_[0] < 1.0f && talker < previous_.talkers;
    const auto k = static_cast<std::size_t>(talker);
    const auto filters = [&](const WeightsMessage& set) { return set.filters.data() + k * 2 * static_cast<std::size_t>(microphones_ * set.taps); };
    if (sounds) fir_two_ears(x, microphones_, filters(current_), current_.taps, ear_[0].data(), ear_[1].data(), frames);
    else for (auto& ear : ear_) std::fill_n(ear.begin(), frames, 0.0f);
    if (fades) fir_two_ears(x, microphones_, filters(previous_), previous_.taps, old_ear_[0].data(), old_ear_[1].data(), frames);
    const float share = sounds ? current_.left_share[k] : 0.5f, old_share = fades ? previous_.left_share[k] : share;
    const Value gain = gains_[k];
    for (int i = 0; i < frames; ++i) {
        const auto s = static_cast<std::size_t>(i);
        const float w = filter_weight_[s], v = 1.0f - w, p = bypass_weight_[s];
        // During the very first ramp there is no old set: the new one fades in from silence.
        const float old_left = fades ? old_ear_[0][s] : 0.0f, old_right = fades ? old_ear_[1][s] : 0.0f;
        const float l = ear_[0][s] * w + old_left * v, r = ear_[1][s] * w + old_right * v;
        const float g = at(gain, gain_weight_[s]) * (1.0f - p);
        left[i] += l * g;
        right[i] += r * g;
        if (beam != nullptr) {
            const float mono = (share * ear_[0][s] + (1.0f - share) * ear_[1][s]) * w + (old_share * old_left + (1.0f - old_share) * old_right) * v;
            beam[i] = mono * (1.0f - p) + 0.5f * (ref_left[i] + ref_right[i]) * p;
        }
    }
}

void FilterMixer::process(const float* const* x, float* left, float* right, float* beams, int beams_stride, int frames) noexcept {
    advance(filter_ramp_, filter_weight_, frames);
    advance(gain_ramp_, gain_weight_, frames);
    advance(bypass_ramp_, bypass_weight_, frames);
    advance(reference_ramp_, reference_weight_, frames);
    const Value ambient = gains_[static_cast<std::size_t>(talkers_)];
    const float* ref_left = reference(x, 0, frames);
    const float* ref_right = reference(x, 1, frames);
    for (int i = 0; i < frames; ++i) {
        const auto s = static_cast<std::size_t>(i);
        const float p = bypass_weight_[s] = at(bypass_, bypass_weight_[s]);
        const float g = at(ambient, gain_weight_[s]) * (1.0f - p) + p;
        left[i] = g * ref_left[i];
        right[i] = g * ref_right[i];
    }
    const int sounding = std::max(current_.talkers, previous_.talkers);
    for (int k = 0; k < talkers_; ++k) {
        float* beam = beams == nullptr ? nullptr : beams + static_cast<std::size_t>(k) * static_cast<std::size_t>(beams_stride);
        if (k < sounding || beam != nullptr) mix_talker(k, x, ref_left, ref_right, left, right, beam, frames);
    }
}

}  // namespace attend
