#include "check.h"
#include "fixture.h"
#include "limiter.h"

#include <algorithm>
#include <cmath>
#include <functional>

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

namespace {

// Largest magnitude between and at the samples: eight points a sample by a sinc of 128 taps.
double true_peak(const std::vector<float>& x) {
    constexpr int half = 64;
    constexpr double pi = 3.14159265358979323846;
    double taps[7][2 * half], peak = 0;
    for (int p = 1; p < 8; ++p)
        for (int k = 0; k < 2 * half; ++k) {
            const double t = p / 8.0 - (k - half + 1);
            taps[p - 1][k] = std::sin(pi * t) / (pi * t) * 0.5 * (1 + std::cos(pi * t / (half + 0.5)));
        }
    for (std::size_t i = half; i + half < x.size(); ++i) {
        peak = std::max(peak, std::fabs(static_cast<double>(x[i])));
        if (std::max(std::fabs(x[i]), std::fabs(x[i + 1])) < 0.3 * peak) continue;
        for (const auto& phase : taps) {
            double sum = 0;
            for (int k = 0; k < 2 * half; ++k) sum += phase[k] * x[i + static_cast<std::size_t>(k) + 1 - half];
            peak = std::max(peak, std::fabs(sum));
        }
    }
    return peak;
}

double over_ceiling_db(const std::function<float(int)>& sample) {
    attend::Limiter limiter(16, 960, 0.5f);
    std::vector<float> left(4000), right;
    for (int i = 0; i < 4000; ++i) left[static_cast<std::size_t>(i)] = sample(i);
    right = left;
    limiter.process(left.data(), right.data(), 4000);
    return 20 * std::log10(true_peak(left) / 0.5);
}

}  // namespace

// What the 4 dB under the cap are for, which the caller keeps (a sound card's filter decides how much of it is heard).
TEST(the_true_peak_of_hostile_sound_stays_within_4_db_of_the_ceiling) {
    Noise noise{3};
    for (double f : {0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.48})
        CHECK(over_ceiling_db([f](int i) { return static_cast<float>(std::sin(2 * 3.14159265358979 * f * i + 0.6)); }) < 0.15);
    for (float scale : {1.0f, 10.0f, 60.0f}) CHECK(over_ceiling_db([&](int) { return scale * noise.next(); }) < 3);
    CHECK(over_ceiling_db([&](int) { return noise.next() > 0 ? 1.0f : -1.0f; }) < 4);  // random full-scale signs
    CHECK(over_ceiling_db([&](int i) { return i / 37 % 5 == 0 ? 5 * noise.next() : 0.01f; }) < 3);
    CHECK(over_ceiling_db([](int i) { return (i % 64 < 32) == (i % 2 == 0) ? 1.0f : -1.0f; }) < 4);  // half the rate, turned over: the worst known
    CHECK(over_ceiling_db([](int i) { return i % 97 == 0 ? 20.0f : 0.0f; }) < 0.15);
    CHECK(over_ceiling_db([](int i) { return i / 200 % 2 == 0 ? 4.0f : -4.0f; }) < 1);
}

TEST(the_shortest_look_ahead_works) {
    attend::Limiter limiter(8, 100, 0.5f);
    Noise noise{2};
    const auto in = noise.make(3000, 0.4f);
    auto left = in, right = in;
    limiter.process(left.data(), right.data(), 3000);
    double worst = 0;
    bool capped = true;
    for (std::size_t i = 8; i < 3000; ++i) {
        worst = std::max(worst, std::fabs(std::fabs(static_cast<double>(left[i])) - std::fabs(in[i - 8])));
        capped = capped && std::fabs(left[i]) <= 0.5f;
    }
    CHECK(capped && worst < 0.2);
}
