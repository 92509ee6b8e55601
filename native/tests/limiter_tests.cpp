#include "check.h"
#include "fixture.h"
#include "limiter.h"

#include <cmath>

using namespace fixture;

TEST(quiet_sound_passes_the_limiter_unchanged_but_for_its_delay) {
    attend::Limiter limiter(16, 400, 0.9f);
    Noise noise{1};
    const auto in = noise.make(2000, 0.5f);
    auto left = in, right = in;
    CHECK(limiter.process(left.data(), right.data(), 2000) == 0);
    double worst = 0;
    for (std::size_t i = 16; i < 2000; ++i) worst = std::max(worst, std::fabs(static_cast<double>(left[i]) - in[i - 16]));
    CHECK(worst < 1e-6);
}

TEST(nothing_exceeds_the_ceiling_and_the_final_clip_hardly_works) {
    for (std::uint64_t seed = 1; seed < 30; ++seed) {
        attend::Limiter limiter(16, 400, 0.5f);
        Noise noise{seed};
        auto in = noise.make(4000, 0.3f);
        for (int i = 0; i < 20; ++i) in[static_cast<std::size_t>(100 + 180 * i)] = 10.0f * noise.next();
        auto left = in, right = in;
        for (auto& v : right) v *= -0.5f;
        const int limited = limiter.process(left.data(), right.data(), 4000);
        CHECK(limited > 100);
        bool capped = true, linked = true;
        for (std::size_t i = 0; i < 4000; ++i) {
            capped = capped && std::fabs(left[i]) <= 0.5f;
            linked = linked && std::fabs(left[i] + 2 * right[i]) < 1e-4f;  // one gain for both: level differences stay
        }
        CHECK(capped && linked);
    }
}

TEST(a_peak_between_samples_counts) {
    // A tone at a quarter of the rate, sampled 45 degrees off its peaks: samples 0.707 of the true peak.
    attend::Limiter limiter(16, 400, 0.8f);
    std::vector<float> left(3000), right(3000);
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = (i % 4 < 2 ? 1.0f : -1.0f) * 0.70710678f;
    limiter.process(left.data(), right.data(), 3000);
    CHECK(std::fabs(limiter.gain() - 0.8f) < 0.03f);
}
