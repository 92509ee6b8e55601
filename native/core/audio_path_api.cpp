// The C interface: checks arguments, lets nothing throw.
#include "attention_engine.h"
#include "attention_engine_safety.h"
#include "audio_path.h"

#include <new>

struct ae_path {
    explicit ae_path(const ae_path_config& config) : path(config) {}
    attend::AudioPath path;
};

namespace {

bool within(std::int64_t value, std::int64_t low, std::int64_t high) noexcept { return value >= low && value <= high; }

bool valid(const ae_path_config& c) noexcept {
    constexpr std::int64_t kLongest = 1 << 24;
    return within(c.microphones, 1, 64) && within(c.max_talkers, 1, 16) && within(c.max_taps, 1, 8192) &&
           within(c.left_reference, 0, c.microphones - 1) && within(c.right_reference, 0, c.microphones - 1) &&
           within(c.delay_samples, 0, c.max_taps - 1) && within(c.lookahead_samples, 8, 4096) && within(c.filter_fade_samples, 1, kLongest) &&
           within(c.gain_fade_samples, 1, kLongest) && within(c.release_samples, 1, kLongest) && c.heartbeat_samples >= 0 &&
           c.ceiling > 0.0f && c.ceiling <= 1.0f;
}

bool valid(const ae_safety_config& c) noexcept {
    constexpr std::int64_t kLongest = 1 << 24;
    return c.rate_hz >= 8000 && c.rate_hz <= 192000 && c.dose_budget >= 0 && c.dose_budget < 1e12 && c.late_samples >= 0 &&
           within(c.start_fade_samples, 1, kLongest) && within(c.stop_fade_samples, 1, kLongest) && c.long_term_limit >= 0 &&
           c.long_term_limit <= 1 && within(c.howl, 0, 1);
}

}  // namespace

extern "C" {

ae_result ae_path_create(const ae_path_config* config, ae_path** path) {
    if (path == nullptr) return AE_INVALID;
    *path = nullptr;
    if (config == nullptr || !valid(*config)) return AE_INVALID;
    try {
        *path = new ae_path(*config);
        return AE_OK;
    } catch (...) {  // only allocation can fail in there
        return AE_OUT_OF_MEMORY;
    }
}

void ae_path_destroy(ae_path* path) { delete path; }

ae_result ae_path_reset(ae_path* path) {
    if (path == nullptr) return AE_INVALID;
    path->path.reset();
    return AE_OK;
}

ae_result ae_path_process(ae_path* path, const float* input, float* output, float* beams, int32_t frames) {
    if (path == nullptr || frames < 0 || (frames > 0 && (input == nullptr || output == nullptr))) return AE_INVALID;
    path->path.process(input, output, beams, frames);
    return AE_OK;
}

ae_result ae_path_push_weights(ae_path* path, int64_t id, const float* filters, int32_t talkers, int32_t taps, const float* left_share, int64_t effective_sample) {
    if (path == nullptr || filters == nullptr) return AE_INVALID;
    return path->path.push_weights(id, filters, talkers, taps, left_share, effective_sample);
}

ae_result ae_path_push_gains(ae_path* path, int64_t id, const float* gains, int32_t talkers, float ambient, int64_t effective_sample) {
    if (path == nullptr || (gains == nullptr && talkers > 0)) return AE_INVALID;
    return path->path.push_gains(id, gains, talkers, ambient, effective_sample);
}

ae_result ae_path_read_taken(ae_path* path, int32_t* kind, int64_t* id, int64_t* sample) {
    if (path == nullptr || kind == nullptr || id == nullptr || sample == nullptr) return AE_INVALID;
    attend::TakenMessage message;
    const ae_result result = path->path.read_taken(message);
    if (result == AE_OK) {
        *kind = message.kind;
        *id = message.id;
        *sample = message.sample;
    }
    return result;
}

ae_result ae_path_get_status(const ae_path* path, ae_path_status* status) {
    if (path == nullptr || status == nullptr) return AE_INVALID;
    path->path.status(*status);
    return AE_OK;
}

ae_result ae_path_set_safety(ae_path* path, const ae_safety_config* config) {
    if (path == nullptr || config == nullptr || !valid(*config)) return AE_INVALID;
    try {
        path->path.set_safety(*config);
        return AE_OK;
    } catch (...) {  // only allocation can fail in there
        return AE_OUT_OF_MEMORY;
    }
}

ae_result ae_path_stop(ae_path* path) {
    if (path == nullptr) return AE_INVALID;
    path->path.stop();
    return AE_OK;
}

ae_result ae_path_set_references(ae_path* path, int32_t left, int32_t right) {
    if (path == nullptr) return AE_INVALID;
    return path->path.set_references(left, right);
}

ae_result ae_path_get_safety(const ae_path* path, ae_safety_status* status) {
    if (path == nullptr || status == nullptr) return AE_INVALID;
    path->path.safety(*status);
    return AE_OK;
}

}  // extern "C"
