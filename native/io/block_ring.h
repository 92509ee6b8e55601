// Frames from the callback to one reader: a ring of samples and a ring of what is known of each callback. No locks; refuses when full.
#pragma once
#include "spsc_ring.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

namespace attend::io {

struct BlockHeader {
    std::int64_t first_sample = 0, time_ns = 0, lost_before = 0, server_frame = 0;
    int frames = 0, restarts = 0;
};

class BlockRing {
public:
    BlockRing(int channels, int frames)
        : channels_(channels), capacity_(frames), samples_(static_cast<std::size_t>(channels) * static_cast<std::size_t>(frames)),
          headers_(static_cast<std::size_t>(std::max(64, frames / 16)), BlockHeader{}) {}

    int channels() const noexcept { return channels_; }

    // Producer: room for a block, or false.
    bool begin(int frames) noexcept {
        header_ = headers_.reserve();
        return header_ != nullptr && written_ + frames - read_.load(std::memory_order_acquire) <= capacity_;
    }
    void put(int channel, int offset, const float* values, int frames) noexcept {
        std::int64_t at = (written_ + offset) % capacity_;
        for (int i = 0; i < frames; ++i) {
            samples_[static_cast<std::size_t>(at * channels_ + channel)] = values[i];
            if (++at == capacity_) at = 0;
        }
    }
    void end(const BlockHeader& header) noexcept {
        *header_ = header;
        written_ += header.frames;
        headers_.publish();
    }

    // Consumer: frames of the oldest callback, as many as fit; 0 when there are none.
    int take(float* frames, int max_frames, BlockHeader& header, int& behind) noexcept {
        const BlockHeader* oldest = headers_.front();
        if (oldest == nullptr || max_frames <= 0) return 0;
        const int count = std::min(max_frames, oldest->frames - taken_);
        const std::int64_t read = read_.load(std::memory_order_relaxed);
        for (int i = 0; i < count; ++i) {
            const float* from = &samples_[static_cast<std::size_t>(((read + i) % capacity_) * channels_)];
            std::copy(from, from + channels_, frames + static_cast<std::ptrdiff_t>(i) * channels_);
        }
        header = *oldest;
        header.first_sample += taken_;
        header.server_frame += taken_;
        if (taken_ > 0) header.lost_before = 0;
        header.frames = count;
        taken_ += count;
        behind = oldest->frames - taken_;
        read_.store(read + count, std::memory_order_release);
        if (behind == 0) {
            taken_ = 0;
            headers_.pop();
        }
        return count;
    }

private:
    const int channels_;
    const std::int64_t capacity_;
    std::vector<float> samples_;  // [capacity x channels]
    SpscRing<BlockHeader> headers_;
    BlockHeader* header_ = nullptr;
    std::int64_t written_ = 0;  // producer only
    int taken_ = 0;             // consumer only, of the oldest block
    alignas(64) std::atomic<std::int64_t> read_{0};
};

}  // namespace attend::io
