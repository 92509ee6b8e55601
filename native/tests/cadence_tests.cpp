// New filters every 128 samples (8 ms at 16 kHz): each taken at its sample, none lost, no step, equal to a slow reference.
#include "check.h"
#include "fixture.h"

#include <algorithm>
#include <cmath>

using namespace fixture;

namespace {

constexpr int kCadence = 128, kSets = 40, kLength = (kSets + 2) * kCadence;
constexpr std::size_t kSize = static_cast<std::size_t>(kTalkers) * 2 * kMics * kTaps;

struct Outcome {
    Result result;
    int refused = 0, misplaced = 0, taken = 0;
    std::int64_t lost = 0;
};

// Set n is for sample n * 128; it is pushed one block before the block that holds this sample, as a control thread would.
Outcome play(int fade, int block, const std::vector<std::vector<float>>& sets, const std::vector<float>& input) {
    auto c = config();
    c.filter_fade_samples = fade;
    c.ceiling = 1.0f;
    const auto path = create(c);
    const float gains[] = {0.5f, 0.3f, 0.2f};
    Outcome outcome;
    ae_path_push_gains(path.get(), 1, gains, kTalkers, 0, 0);
    int at = 0;
    std::size_t next = 0;
    outcome.result = run(path.get(), input, [&] {
        for (; next < sets.size() && static_cast<int>(next) * kCadence < at + 2 * block; ++next)
            if (ae_path_push_weights(path.get(), static_cast<std::int64_t>(next) + 1, sets[next].data(), kTalkers, kTaps, nullptr, static_cast<std::int64_t>(next) * kCadence) != AE_OK) ++outcome.refused;
        at += block;
        return block;
    });
    int32_t kind;
    int64_t id, sample;
    while (ae_path_read_taken(path.get(), &kind, &id, &sample) == AE_OK) {
        if (kind != AE_KIND_WEIGHTS) continue;
        ++outcome.taken;
        if (id != outcome.taken || sample != (id - 1) * kCadence) ++outcome.misplaced;
    }
    ae_path_status status;
    ae_path_get_status(path.get(), &status);
    outcome.lost = status.taken_lost + status.rejected_pushes;
    return outcome;
}

// Beam of one talker with the taps of every single sample, in double.
std::vector<double> reference_beam(int talker, int fade, const std::vector<std::vector<float>>& sets, const std::vector<float>& input) {
    const std::size_t first = static_cast<std::size_t>(talker) * 2 * kMics * kTaps, ear = static_cast<std::size_t>(kMics) * kTaps;
    std::vector<double> from(ear), to(ear), beam(static_cast<std::size_t>(kLength));
    const auto mono = [&](std::size_t set, std::size_t i) { return 0.5 * (static_cast<double>(sets[set][first + i]) + sets[set][first + ear + i]); };
    const auto smooth = [](double u) { return u * u * (3 - 2 * u); };
    for (int t = 0, position = fade; t < kLength; ++t) {
        if (t % kCadence == 0 && t / kCadence < kSets) {
            const auto set = static_cast<std::size_t>(t / kCadence);
            const double w = smooth(static_cast<double>(position) / fade);
            for (std::size_t i = 0; i < ear; ++i) {
                from[i] = set == 0 ? mono(set, i) : from[i] + (to[i] - from[i]) * w;
                to[i] = mono(set, i);
            }
            position = set == 0 ? fade : 0;
        }
        position = std::min(position + 1, fade);
        const double w = smooth(static_cast<double>(position) / fade);
        for (int m = 0; m < kMics; ++m)
            for (int tap = 0; tap < kTaps && tap <= t; ++tap) {
                const auto i = static_cast<std::size_t>(m * kTaps + tap);
                beam[static_cast<std::size_t>(t)] += (from[i] + (to[i] - from[i]) * w) * input[static_cast<std::size_t>(m * kLength + t - tap)];
            }
    }
    return beam;
}

}  // namespace

TEST(a_set_every_128_samples_is_taken_at_its_sample_and_equals_the_slow_reference) {
    Noise noise{77};
    std::vector<std::vector<float>> sets;
    for (int n = 0; n < kSets; ++n) sets.push_back(noise.make(kSize, 0.05f));
    const auto input = noise.make(static_cast<std::size_t>(kLength) * kMics, 0.5f);
    for (int fade : {64, 96, 128, 200, 256, 400}) {  // from 200 on every fade is cut by the next set
        const auto outcome = play(fade, 64, sets, input);
        CHECK(outcome.taken == kSets && outcome.misplaced == 0 && outcome.refused == 0 && outcome.lost == 0);
        for (int block : {16, 17, 128, 512, 1024}) {
            const auto other = play(fade, block, sets, input);
            CHECK(other.taken == kSets && other.misplaced == 0 && other.refused == 0 && other.lost == 0);
            CHECK(other.result.beams == outcome.result.beams && other.result.left == outcome.result.left && other.result.right == outcome.result.right);
        }
        const auto expected = reference_beam(1, fade, sets, input);
        double worst = 0;  // pass-through fades out under the first set
        for (int t = fade; t < kLength; ++t) worst = std::max(worst, std::fabs(outcome.result.beams[static_cast<std::size_t>(kLength + t)] - expected[static_cast<std::size_t>(t)]));
        CHECK(worst < 2e-6);
    }
}

TEST(sets_every_128_samples_make_no_step) {
    std::vector<std::vector<float>> sets;
    for (int n = 0; n < kSets; ++n) {
        sets.push_back(delays(kTalkers, kDelay));
        for (auto& tap : sets.back()) tap *= n % 2 == 0 ? 1.0f : -1.0f;  // the worst change: the sign turns each time
    }
    const std::vector<float> input(static_cast<std::size_t>(kLength) * kMics, 0.5f);  // a constant shows every step
    for (int fade : {64, 128, 200, 256}) {
        const auto outcome = play(fade, 64, sets, input);
        float largest = 0;
        for (int t = 400; t < kLength; ++t) largest = std::max(largest, std::fabs(outcome.result.left[static_cast<std::size_t>(t)] - outcome.result.left[static_cast<std::size_t>(t - 1)]));
        CHECK(largest > 0.001f && largest <= 1.01f * 1.5f / static_cast<float>(fade));  // a change by 1 in a smooth step is steepest at 1.5 / fade
    }
}

TEST(sets_that_come_at_once_leave_the_last_one_sounding) {
    const auto path = create(config());
    const float gains[] = {1, 0, 0};
    ae_path_push_gains(path.get(), 1, gains, kTalkers, 0, -1);
    auto filters = delays(kTalkers, kDelay);
    for (int n = 1; n <= 16; ++n) {
        for (auto& tap : filters) tap = tap != 0 ? static_cast<float>(n) / 16.0f : 0.0f;
        CHECK(ae_path_push_weights(path.get(), n, filters.data(), kTalkers, kTaps, nullptr, -1) == AE_OK);
    }
    CHECK(ae_path_push_weights(path.get(), 17, filters.data(), kTalkers, kTaps, nullptr, -1) == AE_BUSY);
    const auto result = run(path.get(), std::vector<float>(static_cast<std::size_t>(1000) * kMics, 0.5f), [] { return 64; });
    CHECK(std::fabs(result.left[999] - 0.5f) < 1e-6f);
    ae_path_status status;
    ae_path_get_status(path.get(), &status);
    CHECK(status.weights_id == 16);
}
