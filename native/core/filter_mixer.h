// The sounding state: current and outgoing filters, gains, ambient and pass-through, each with its ramp.
#pragma once
#include "attention_engine.h"
#include "mailbox.h"

#include <array>
#include <vector>

namespace attend {

// Position in a ramp of fixed length, counted in samples, so that it does not depend on how a signal is cut into calls.
struct Ramp {
    int length = 1;
    int position = 1;  // = length: arrived
    bool running() const noexcept { return position < length; }
};

class FilterMixer {
public:
    static constexpr int kChunk = 128;  // most frames per call of process()

    explicit FilterMixer(const ae_path_config& config);
    void reset() noexcept;

    // Starts to play a set; at_once: without a cross-fade (nothing of the old set is audible). While a cross-fade runs, the new one starts
    // from the filters as they are at this sample: filtering is linear, so the blend of both sets' taps is what sounds.
    void start_filters(WeightsMessage& message, bool at_once) noexcept;
    void start_gains(const GainsMessage& message, bool at_once) noexcept;
    void start_bypass(bool on) noexcept;

    // Not while the cross-fade to the references before runs.
    void start_references(std::array<int, 2> references) noexcept;
    std::array<int, 2> references() const noexcept { return reference_; }

    // x: [M] pointers to the current sample with history before it; left, right: [frames]; beams: [K x stride] or nullptr.
    void process(const float* const* x, float* left, float* right, float* beams, int beams_stride, int frames) noexcept;

private:
    using Chunk = std::array<float, kChunk>;
    struct Value { float from = 0, to = 0; };

    void freeze_blend() noexcept;
    const float* reference(const float* const* x, int ear, int frames) noexcept;
    static void advance(Ramp& ramp, Chunk& weight, int frames) noexcept;
    void mix_talker(int talker, const float* const* x, const float* ref_left, const float* ref_right, float* left, float* right, float* beam,
                    int frames) noexcept;

    const int microphones_, talkers_, delay_;
    const std::array<int, 2> first_reference_;
    std::array<int, 2> reference_, old_reference_;
    WeightsMessage current_, previous_, blend_;
    std::vector<Value> gains_;  // [K], then ambient
    Value bypass_;
    Ramp filter_ramp_, gain_ramp_, bypass_ramp_, reference_ramp_;
    Chunk filter_weight_{}, gain_weight_{}, bypass_weight_{}, ear_[2]{}, old_ear_[2]{}, reference_weight_{}, blended_[2]{};
};

}  // namespace attend
