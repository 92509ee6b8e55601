// One audio path: history of the microphones, mailbox, mixer, limiter. See attention_engine.h for the contract.
#pragma once
#include "attention_engine.h"
#include "filter_mixer.h"
#include "limiter.h"
#include "mailbox.h"
#include "output_guard.h"
#include "spsc_ring.h"

#include <array>
#include <atomic>
#include <vector>

namespace attend {

class AudioPath {
public:
    explicit AudioPath(const ae_path_config& config);
    void reset() noexcept;

    void process(const float* input, float* output, float* beams, int frames) noexcept;

    ae_result push_weights(std::int64_t id, const float* filters, int talkers, int taps, const float* left_share, std::int64_t effective_sample) noexcept;
    ae_result push_gains(std::int64_t id, const float* gains, int talkers, float ambient, std::int64_t effective_sample) noexcept;
    ae_result read_taken(TakenMessage& message) noexcept;
    void status(ae_path_status& status) const noexcept;

    void set_safety(const ae_safety_config& config);
    void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
    void safety(ae_safety_status& status) const noexcept;
    ae_result set_references(int left, int right) noexcept;

private:
    static constexpr std::int64_t kNever = INT64_MAX;

    void poll() noexcept;
    void update_bypass() noexcept;
    std::int64_t next_event() noexcept;
    void append(const float* input, int stride, int at, int frames) noexcept;
    void report(int kind, std::int64_t id, std::int64_t sample) noexcept;
    void report_fault(int bit, bool on, std::int64_t sample) noexcept;
    ae_result reject(ae_result why) noexcept;

    const ae_path_config config_;
    const int history_, room_;       // samples kept before the current one; room of each microphone's line
    std::vector<float> lines_;       // [M x room]
    std::vector<const float*> now_;  // [M]
    int end_ = 0;                    // frames in the lines
    FilterMixer mixer_;
    Limiter limiter_;
    OutputGuard guard_;
    std::array<std::uint8_t, FilterMixer::kChunk> no_sound_{};  // [frames of a chunk] 1: the microphones gave none
    SpscRing<WeightsMessage> weights_;
    SpscRing<GainsMessage> gains_;
    SpscRing<TakenMessage> taken_;
    std::int64_t now_sample_ = 0, last_gains_ = 0, late_ = 0;
    bool bypassed_ = true;
    int faults_ = 0;
    std::atomic<bool> stop_{false};
    std::atomic<int> faults_status_{0};
    std::atomic<int> wanted_references_{0};  // left + 64 * right
    std::int64_t references_until_ = 0;      // end of the cross-fade to the ones in use
    std::atomic<std::int64_t> samples_{0}, weights_id_{0}, gains_id_{0}, bad_input_{0}, limited_{0}, rejected_{0}, taken_lost_{0};
    std::atomic<float> limiter_gain_{1};
    std::atomic<int> bypass_status_{1};
};

}  // namespace attend
