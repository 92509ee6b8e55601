// Feedback from the ear to the microphones, closed around the path block by block.
#include "attention_engine_safety.h"
#include "check.h"
#include "fixture.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace fixture;

namespace {

constexpr int kRate = 16000, kBlock = 32;
constexpr double kPi = 3.14159265358979323846;

struct Loop {
    std::vector<float> left;
    ae_safety_status status{};
};

// Steers talker 0 = microphone 0 with gain 1; the left ear leaks to microphone 0 through a resonance with the given gain. External sound: [frames].
Loop close_loop(float leak, double resonance_hz, const std::vector<float>& external, bool detect) {
    auto c = config();
    c.ceiling = 0.3f;
    const auto path = create(c);
    const ae_safety_config s{kRate, 0, 0, 320, 320, 0, detect ? 1 : 0};
    CHECK(ae_path_set_safety(path.get(), &s) == AE_OK);
    const auto filters = delays(1, kDelay);
    const float gains[] = {1};
    ae_path_push_gains(path.get(), 1, gains, 1, 0, 0);
    ae_path_push_weights(path.get(), 1, filters.data(), 1, kTaps, nullptr, 0);
    const int frames = static_cast<int>(external.size());
    Loop loop{std::vector<float>(external.size())};
    std::vector<float> in(static_cast<std::size_t>(kBlock) * kMics), out(2 * kBlock);
    const double r = 0.95, a1 = 2 * r * std::cos(2 * kPi * resonance_hz / kRate), a2 = -r * r, b = (1 - r) * std::sqrt(1 - 2 * r * std::cos(4 * kPi * resonance_hz / kRate) + r * r);
    double y1 = 0, y2 = 0;
    for (int at = 0; at + kBlock <= frames; at += kBlock) {
        for (int i = 0; i < kBlock; ++i) {
            const double fed = at < kBlock ? 0 : loop.left[static_cast<std::size_t>(at - kBlock + i)];
            const double y = b * fed + a1 * y1 + a2 * y2;
            y2 = y1;
            y1 = y;
            const float x = external[static_cast<std::size_t>(at + i)] + leak * static_cast<float>(y);
            for (int m = 0; m < kMics; ++m) in[static_cast<std::size_t>(m * kBlock + i)] = x;
        }
        ae_path_process(path.get(), in.data(), out.data(), nullptr, kBlock);
        std::copy_n(out.begin(), kBlock, loop.left.begin() + at);
    }
    ae_path_get_safety(path.get(), &loop.status);
    return loop;
}

double level_db(const std::vector<float>& x, double from_s, double to_s) {
    double sum = 0;
    const auto from = static_cast<std::size_t>(from_s * kRate), to = static_cast<std::size_t>(to_s * kRate);
    for (std::size_t i = from; i < to; ++i) sum += static_cast<double>(x[i]) * x[i];
    return 10 * std::log10(sum / static_cast<double>(to - from) + 1e-20);
}

// A voice: harmonics of a gliding pitch under moving formants, in syllables, with some breath.
std::vector<float> voice(int frames, double f0, std::uint64_t seed, float scale) {
    std::vector<float> x(static_cast<std::size_t>(frames));
    Noise noise{seed};
    double phase = 0;
    for (int i = 0; i < frames; ++i) {
        const double t = static_cast<double>(i) / kRate, pitch = f0 * (1 + 0.15 * std::sin(2 * kPi * 0.7 * t) + 0.02 * std::sin(2 * kPi * 5 * t));
        phase += 2 * kPi * pitch / kRate;
        const double f1 = 500 + 250 * std::sin(2 * kPi * 1.3 * t), f2 = 1500 + 600 * std::sin(2 * kPi * 0.9 * t + 1);
        double sum = 0;
        for (int h = 1; h * pitch < 5000; ++h) {
            const double hz = h * pitch, formant = 1 / (1 + std::pow((hz - f1) / 120, 2)) + 0.5 / (1 + std::pow((hz - f2) / 180, 2)) + 0.02;
            sum += formant * std::sin(h * phase);
        }
        const double syllable = std::max(0.0, std::sin(2 * kPi * 3.1 * t));
        x[static_cast<std::size_t>(i)] = scale * static_cast<float>(sum * syllable + 0.01 * noise.next());
    }
    return x;
}

}  // namespace

TEST(a_howl_is_cut_and_does_not_come_back) {
    Noise noise{5};
    for (double hz : {1200.0, 2500.0, 4100.0, 6000.0})
        for (float leak : {1.3f, 2.0f, 4.0f}) {
            const auto external = noise.make(static_cast<std::size_t>(12 * kRate), 0.003f);
            const auto open = close_loop(leak, hz, external, false), guarded = close_loop(leak, hz, external, true);
            CHECK(level_db(open.left, 2, 3) > -20);      // it does howl, at the limiter
            CHECK(open.status.howls == 0 && guarded.status.howls > 0);
            // It is a short chirp: quiet from 1 s on, and again after the recovery tried every 3 s.
            CHECK(level_db(guarded.left, 1, 3) < level_db(open.left, 1, 3) - 20);
            CHECK(level_db(guarded.left, 11, 12) < level_db(open.left, 11, 12) - 20);
            double loud = 0;
            for (double t = 0; t < 12; t += 0.05) loud += level_db(guarded.left, t, t + 0.05) > -25 ? 0.05 : 0;
            if (loud > 0.8) std::printf("howl at %.0f Hz, leak %.1f: %.2f s loud, %d cuts\n", hz, static_cast<double>(leak), loud, guarded.status.howls);
            CHECK(loud <= 0.8);
        }
}

TEST(voices_noise_and_steady_tones_are_not_taken_for_a_howl) {
    for (double f0 : {90.0, 120.0, 180.0, 240.0, 310.0})
        for (float scale : {0.02f, 0.1f, 0.6f}) {
            const auto spoken = close_loop(0, 2000, voice(8 * kRate, f0, 3, scale), true);
            if (spoken.status.howls != 0) std::printf("voice of %.0f Hz at %.2f: %d cuts\n", f0, static_cast<double>(scale), spoken.status.howls);
            CHECK(spoken.status.howls == 0 && spoken.status.howl_gain == 1);
        }
    Noise noise{6};
    CHECK(close_loop(0, 2000, noise.make(static_cast<std::size_t>(4 * kRate), 0.9f), true).status.howls == 0);
    std::vector<float> beep(static_cast<std::size_t>(4 * kRate));
    for (std::size_t i = kRate; i < beep.size(); ++i) beep[i] = 0.05f * static_cast<float>(std::sin(2 * kPi * 1000 * static_cast<double>(i) / kRate));
    CHECK(close_loop(0, 2000, beep, true).status.howls == 0);  // more than 10 dB below the ceiling, and it does not grow
}
