// Property: over rates, microphones and talkers, any cut into calls gives the same bits, and reset equals fresh.
#include "check.h"
#include "fixture.h"

#include <algorithm>
#include <cmath>

using namespace fixture;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kStride = 7;  // a sample of the matrix: sanitizers cost ten times the time
#else
constexpr int kStride = 1;
#endif
constexpr int kFrames = 2600;

ae_path_config config_of(int rate, int microphones, int talkers) {
    const auto samples = [rate](double ms) { return std::max(1, static_cast<int>(std::lround(ms * rate / 1000))); };
    ae_path_config c{};
    c.microphones = microphones;
    c.max_talkers = talkers;
    c.max_taps = samples(4);
    c.right_reference = microphones - 1;
    c.delay_samples = samples(2);
    c.lookahead_samples = std::max(8, samples(1));
    c.filter_fade_samples = samples(6);
    c.gain_fade_samples = samples(25);
    c.release_samples = samples(60);
    c.heartbeat_samples = samples(30);
    c.ceiling = 0.8f;
    return c;
}

void push(ae_path* path, const ae_path_config& c, Noise noise) {
    for (int n = 0; n < 6; ++n) {
        const int talkers = 1 + static_cast<int>(0.49999f * (noise.next() + 1) * static_cast<float>(c.max_talkers)), taps = n % 2 == 0 ? c.max_taps : c.max_taps / 2 + 1;
        const auto filters = noise.make(static_cast<std::size_t>(talkers) * 2 * static_cast<std::size_t>(c.microphones) * static_cast<std::size_t>(taps), 0.2f);
        const auto gains = noise.make(static_cast<std::size_t>(talkers), 1.0f);
        std::vector<float> shares(static_cast<std::size_t>(talkers));
        for (auto& s : shares) s = 0.5f * (noise.next() + 1);
        const int at = n * 213 + static_cast<int>(50 * (noise.next() + 1));  // fades are cut, and then the heartbeat is lost
        CHECK(ae_path_push_weights(path, n + 1, filters.data(), talkers, taps, shares.data(), at) == AE_OK);
        CHECK(ae_path_push_gains(path, n + 1, gains.data(), talkers, 0.2f, at + 11) == AE_OK);
    }
}

std::vector<float> play(ae_path* path, const ae_path_config& c, const std::vector<float>& input, const std::function<int()>& next) {
    const int rows = 2 + c.max_talkers;
    std::vector<float> all(static_cast<std::size_t>(rows) * kFrames), in, out, beams;
    for (int at = 0; at < kFrames;) {
        const int n = std::min(next(), kFrames - at);
        in.resize(static_cast<std::size_t>(n * c.microphones));
        out.resize(static_cast<std::size_t>(2 * n));
        beams.resize(static_cast<std::size_t>(n * c.max_talkers));
        for (int m = 0; m < c.microphones; ++m) std::copy_n(input.begin() + m * kFrames + at, n, in.begin() + m * n);
        CHECK(ae_path_process(path, in.data(), out.data(), beams.data(), n) == AE_OK);
        for (int r = 0; r < rows; ++r) std::copy_n(r < 2 ? out.begin() + r * n : beams.begin() + (r - 2) * n, n, all.begin() + r * kFrames + at);
        at += n;
    }
    return all;
}

}  // namespace

TEST(any_rate_array_and_number_of_talkers_gives_the_same_bits_for_any_blocks) {
    int cases = 0, different = 0, silent = 0, reset_differs = 0;
    for (int rate : {16000, 24000, 32000, 44100, 48000})
        for (int microphones : {1, 2, 3, 4, 8, 16})
            for (int talkers : {1, 2, 3, 5, 8}) {
                if (cases++ % kStride != 0) continue;
                const auto c = config_of(rate, microphones, talkers);
                Noise noise{static_cast<std::uint64_t>(cases) * 1001}, cuts{static_cast<std::uint64_t>(cases)};
                const auto input = noise.make(static_cast<std::size_t>(kFrames * microphones), 0.7f);
                const auto path = create(c);
                push(path.get(), c, noise);
                const auto reference = play(path.get(), c, input, [] { return kFrames; });
                silent += std::all_of(reference.begin(), reference.begin() + 2 * kFrames, [](float v) { return v == 0; }) ? 1 : 0;
                const int blocks[] = {16, 16 + static_cast<int>(504 * (cuts.next() + 1)), 1024};
                for (int block : blocks) {
                    const auto fresh = create(c);
                    push(fresh.get(), c, noise);
                    different += play(fresh.get(), c, input, [block] { return block; }) != reference ? 1 : 0;
                }
                ae_path_reset(path.get());
                push(path.get(), c, noise);
                reset_differs += play(path.get(), c, input, [&cuts] { return 1 + static_cast<int>(200 * (cuts.next() + 1)); }) != reference ? 1 : 0;
            }
    CHECK(cases == 150 && different == 0 && silent == 0 && reset_differs == 0);
}

TEST(silence_in_is_silence_out) {
    for (int rate : {16000, 48000}) {
        const auto c = config_of(rate, 4, 3);
        const auto path = create(c);
        push(path.get(), c, {9});
        const auto all = play(path.get(), c, std::vector<float>(static_cast<std::size_t>(kFrames) * 4), [] { return 64; });
        CHECK(std::all_of(all.begin(), all.end(), [](float v) { return v == 0; }));
    }
}
