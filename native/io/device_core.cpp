#include "device_core.h"
#include "flush_denormals.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

namespace attend::io {

namespace {
constexpr double kRampS = 0.05;
}

std::int64_t monotonic_ns() noexcept {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);  // the vDSO: no system call
    return static_cast<std::int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec;
}

DeviceCore::DeviceCore(const DeviceConfig& c)
    : config(c), ring_(c.inputs + c.outputs, c.ring_frames), microphones_(static_cast<std::size_t>(kMaxChannels) * kChunk), ears_(2 * kChunk),
      ramp_frames_(static_cast<int>(kRampS * c.rate_hz)), ramp_at_(ramp_frames_) {}

void DeviceCore::run(const float* const* in, float* const* out, int frames, const CallbackTime& time) noexcept {
    in_callback_.store(true);  // sequentially consistent with route_ and stimulus_: see wait_for_callback
    const FlushDenormals flush;
    if (frames != last_frames_ && last_frames_ > 0) changes_.fetch_add(1, std::memory_order_relaxed);
    last_frames_ = frames;
    if (time.lost > 0) {
        lost_samples_.fetch_add(time.lost, std::memory_order_relaxed);
        next_sample_ += time.lost;
        pending_lost_ += time.lost;
    }
    for (int offset = 0; offset < frames; offset += kChunk) chunk(in, out, offset, std::min(kChunk, frames - offset));
    if (ring_.begin(frames)) {
        for (int c = 0; c < config.inputs; ++c) ring_.put(c, 0, in[c], frames);
        for (int c = 0; c < config.outputs; ++c) ring_.put(config.inputs + c, 0, out[c], frames);
        ring_.end({next_sample_, time.time_ns, pending_lost_, time.server_frame, frames, restarts_.load(std::memory_order_relaxed)});
        pending_lost_ = 0;
    } else {
        dropped_.fetch_add(frames, std::memory_order_relaxed);
        pending_lost_ += frames;
    }
    next_sample_ += frames;
    samples_.fetch_add(frames, std::memory_order_relaxed);
    block_frames_.store(frames, std::memory_order_relaxed);
    last_ns_.store(time.time_ns, std::memory_order_relaxed);
    in_callback_.store(false, std::memory_order_release);
    if (config.kind == AE_IO_VIRTUAL) return;  // its clock is the caller's
    const std::int64_t took = monotonic_ns() - time.time_ns;
    if (took > longest_ns_.load(std::memory_order_relaxed)) longest_ns_.store(took, std::memory_order_relaxed);
}

void DeviceCore::chunk(const float* const* in, float* const* out, int offset, int frames) noexcept {
    for (int c = 0; c < config.outputs; ++c) std::fill_n(out[c] + offset, frames, 0.0f);
    if (const Route* route = route_.load()) {
        for (int m = 0; m < route->microphones; ++m) {
            const float* from = in[route->channel[static_cast<std::size_t>(m)]] + offset;
            const float gain = route->gain[static_cast<std::size_t>(m)];
            float* to = &microphones_[static_cast<std::size_t>(m) * static_cast<std::size_t>(frames)];
            for (int i = 0; i < frames; ++i) to[i] = gain * from[i];
        }
        if (ae_path_process(route->path, microphones_.data(), ears_.data(), nullptr, frames) != AE_OK) return;  // cannot happen; silence if it does
        for (int i = 0; i < frames; ++i) {
            const float ramp = ramp_at_ < ramp_frames_ ? static_cast<float>(ramp_at_++) / static_cast<float>(ramp_frames_) : 1.0f;
            for (int e = 0; e < 2; ++e) out[e][offset + i] = ramp * ears_[static_cast<std::size_t>(e * frames + i)];
        }
    } else if (Stimulus* stimulus = stimulus_.load(); stimulus != nullptr && stimulus->at < stimulus->samples.size()) {
        if (stimulus->at == 0) stimulus_sample_.store(next_sample_ + offset, std::memory_order_relaxed);
        const auto count = std::min(static_cast<std::size_t>(frames), stimulus->samples.size() - stimulus->at);
        std::copy_n(stimulus->samples.begin() + static_cast<std::ptrdiff_t>(stimulus->at), count, out[stimulus->output] + offset);
        stimulus->at += count;
    }
}

bool DeviceCore::read(float* frames, int max_frames, ae_io_block& block) noexcept {
    BlockHeader header;
    int behind = 0;
    const int count = ring_.take(frames, max_frames, header, behind);
    if (count == 0) return false;
    block = {header.first_sample, header.time_ns, header.lost_before, header.server_frame, count, behind, header.restarts};
    return true;
}

// The callback raises in_callback_ before it loads a pointer, we store the pointer before we load in_callback_: once it is seen low, no
// callback holds the old one. A callback that was ended with its server never lowers the flag; one that still runs when the device is lost does so within
// its period: it is given 0.2 s at least before the old pointer is let go.
void DeviceCore::wait_for_callback() const {
    constexpr int kWaitsWhenLost = 4000;
    for (int waits = 0; in_callback_.load() && !(lost() && ++waits > kWaitsWhenLost);) std::this_thread::sleep_for(std::chrono::microseconds(50));
}

void DeviceCore::set_path(ae_path* path, int microphones, const std::int32_t* channel, const float* gain) {
    std::unique_ptr<Route> next;
    if (path != nullptr) {
        next = std::make_unique<Route>();
        next->path = path;
        next->microphones = microphones;
        for (int m = 0; m < microphones; ++m) {
            next->channel[static_cast<std::size_t>(m)] = channel == nullptr ? m : channel[m];
            next->gain[static_cast<std::size_t>(m)] = gain == nullptr ? 1.0f : gain[m];
        }
    }
    route_.store(next.get());
    wait_for_callback();
    route_owner_ = std::move(next);
}

bool DeviceCore::play(int output, const float* samples, int frames) {
    if (has_path()) return false;
    auto next = std::make_unique<Stimulus>();
    next->output = output;
    next->samples.assign(samples, samples + frames);
    stimulus_.store(nullptr);
    wait_for_callback();
    stimulus_sample_.store(-1);
    stimulus_owner_ = std::move(next);
    stimulus_.store(stimulus_owner_.get());
    return true;
}

void DeviceCore::opened(int input_latency, int output_latency, double rate_hz) noexcept {
    set_latency(input_latency, output_latency);
    rate_hz_.store(rate_hz);
    last_ns_.store(monotonic_ns());
    lost_.store(false, std::memory_order_release);
}

void DeviceCore::set_latency(int input, int output) noexcept {
    input_latency_.store(input);
    output_latency_.store(output);
}

void DeviceCore::restarted() noexcept {
    ramp_at_ = 0;
    last_frames_ = 0;
    in_callback_.store(false);
    restarts_.fetch_add(1);
}

void DeviceCore::status(ae_io_status& s) const noexcept {
    s = {lost() ? AE_IO_LOST : AE_IO_RUNNING, block_frames_.load(), samples_.load(), lost_samples_.load(), dropped_.load(), xruns_.load(), changes_.load(),
         longest_ns_.load(), stimulus_sample_.load(), restarts_.load(), input_latency_.load(), output_latency_.load(), rate_hz_.load()};
}

}  // namespace attend::io
