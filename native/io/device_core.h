// What every kind of device does in its callback: ring, path or stimulus, counters. The kind only brings buffers and the hour.
#pragma once
#include "attention_engine_io.h"
#include "block_ring.h"

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace attend::io {

struct DeviceConfig {
    int kind = 0, inputs = 0, outputs = 0, block_frames = 0, ring_frames = 0;
    double rate_hz = 0;
    std::string server, client;
    std::vector<std::string> input_names, output_names;  // JACK: a port each; PortAudio: one entry or none
};

struct CallbackTime {
    std::int64_t time_ns = 0, lost = 0, server_frame = 0;
};

std::int64_t monotonic_ns() noexcept;

class DeviceCore {
public:
    static constexpr int kMaxChannels = 64, kChunk = 1024;

    explicit DeviceCore(const DeviceConfig& config);

    // The callback. in: [inputs] of frames; out: [outputs] of frames.
    void run(const float* const* in, float* const* out, int frames, const CallbackTime& time) noexcept;
    void xrun() noexcept { xruns_.fetch_add(1, std::memory_order_relaxed); }
    void lose() noexcept { lost_.store(true, std::memory_order_release); }

    // Reader.
    bool read(float* frames, int max_frames, ae_io_block& block) noexcept;

    // Control. Each returns when the callback no longer uses what was before.
    void set_path(ae_path* path, int microphones, const std::int32_t* channel, const float* gain);
    bool play(int output, const float* samples, int frames);
    bool has_path() const noexcept { return route_.load() != nullptr; }

    bool lost() const noexcept { return lost_.load(std::memory_order_acquire); }
    std::int64_t last_callback_ns() const noexcept { return last_ns_.load(std::memory_order_relaxed); }
    void opened(int input_latency, int output_latency, double rate_hz) noexcept;  // by the kind, before its first callback
    void restarted() noexcept;                                                    // by the kind, while no callback runs
    void restart_failed() noexcept {
        restarts_.fetch_sub(1);
        lose();
    }
    void set_latency(int input, int output) noexcept;
    void status(ae_io_status& status) const noexcept;

    const DeviceConfig config;

private:
    struct Route {  // a path and how the inputs get to its microphones
        ae_path* path = nullptr;
        int microphones = 0;
        std::array<std::int32_t, kMaxChannels> channel{};
        std::array<float, kMaxChannels> gain{};
    };
    struct Stimulus {
        int output = 0;
        std::vector<float> samples;
        std::size_t at = 0;  // callback only
    };

    void chunk(const float* const* in, float* const* out, int offset, int frames) noexcept;
    void wait_for_callback() const;

    BlockRing ring_;
    std::vector<float> microphones_, ears_;  // planar scratch [64 x chunk], [2 x chunk]
    std::unique_ptr<Route> route_owner_;
    std::unique_ptr<Stimulus> stimulus_owner_;
    std::atomic<Route*> route_{nullptr};
    std::atomic<Stimulus*> stimulus_{nullptr};
    std::atomic<bool> in_callback_{false}, lost_{false};
    int ramp_frames_ = 0, ramp_at_ = 0, last_frames_ = 0;
    std::int64_t next_sample_ = 0, pending_lost_ = 0;
    std::atomic<std::int64_t> samples_{0}, lost_samples_{0}, dropped_{0}, xruns_{0}, changes_{0}, longest_ns_{0}, stimulus_sample_{-1}, last_ns_{0};
    std::atomic<int> block_frames_{0}, restarts_{0}, input_latency_{0}, output_latency_{0};
    std::atomic<double> rate_hz_{0};
};

}  // namespace attend::io
