// Whatever comes in, what goes out is finite and within the ceiling, and the path recovers.
#include "attention_engine_safety.h"
#include "check.h"
#include "fixture.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

using namespace fixture;

TEST(hostile_sound_weights_and_gains_never_exceed_the_ceiling) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity(), tiny = 1.0e-41f;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Noise noise{seed * 7919};
        auto c = config();
        c.filter_fade_samples = 64;
        const auto path = create(c);
        const ae_safety_config safety{16000, 0, 3200, 100, 100, 0, 1};
        const bool armed = seed % 2 == 0;
        if (armed) CHECK(ae_path_set_safety(path.get(), &safety) == AE_OK);
        const auto pick = [&noise](int n) { return std::min(n - 1, static_cast<int>(0.5f * (noise.next() + 1) * static_cast<float>(n))); };
        float largest = 0;
        bool finite = true;
        std::vector<float> in(static_cast<std::size_t>(128) * kMics), out(256), beams(static_cast<std::size_t>(128) * kTalkers);
        for (int step = 1; step <= 60; ++step) {
            const float scales[] = {0, tiny, 1, 63, 1e3f, 3e38f};
            auto filters = noise.make(static_cast<std::size_t>(kTalkers) * 2 * kMics * kTaps, scales[pick(6)]);
            auto gains = noise.make(kTalkers, scales[pick(6)]);
            if (pick(4) == 0) filters[static_cast<std::size_t>(pick(300))] = pick(2) == 0 ? nan : inf;
            if (pick(4) == 0) gains[0] = nan;
            ae_path_push_weights(path.get(), step, filters.data(), kTalkers, kTaps, nullptr, -1);
            ae_path_push_gains(path.get(), step, gains.data(), kTalkers, scales[pick(6)], -1);
            for (int m = 0; m < kMics; ++m) {  // full scale, dead, denormal, absurd, not finite
                const int kind = pick(7);
                for (int i = 0; i < 128; ++i) {
                    const float u = noise.next();
                    in[static_cast<std::size_t>(m * 128 + i)] = kind == 0 ? 0 : kind == 1 ? u * tiny : kind == 2 ? (u > 0 ? 1.0f : -1.0f) : kind == 3 ? u * 60 : kind == 4 ? u * 1e30f : kind == 5 ? (u > 0 ? nan : inf) : u;
                }
            }
            if (pick(8) == 0) ae_path_set_references(path.get(), pick(6) - 1, pick(6) - 1);  // also of microphones that are not there
            ae_path_process(path.get(), in.data(), out.data(), beams.data(), 128);
            for (float v : out) {
                finite = finite && std::isfinite(v);
                largest = std::max(largest, std::fabs(v));
            }
        }
        CHECK(finite && largest <= c.ceiling);
        // Good filters and sound again: clean output after the fade and the limiter's recovery.
        const auto good = delays(1, kDelay);
        const float one[] = {1};
        CHECK(ae_path_push_weights(path.get(), 1000, good.data(), 1, kTaps, nullptr, -1) == AE_OK);
        CHECK(ae_path_push_gains(path.get(), 1000, one, 1, 0, -1) == AE_OK);
        const std::vector<float> calm(static_cast<std::size_t>(12000) * kMics, 0.1f);
        const auto result = run(path.get(), calm, [] { return 128; });
        ae_safety_status status;
        ae_path_get_safety(path.get(), &status);
        CHECK((status.faults & (AE_FAULT_INPUT | AE_FAULT_OUTPUT | AE_FAULT_STOPPED)) == 0);
        CHECK(std::fabs(result.left[11999] - 0.1f * status.howl_gain) < 1e-4f);
    }
}

TEST(control_and_audio_threads_run_beside_each_other_without_a_race) {
    auto c = config();
    c.filter_fade_samples = 96;
    const auto path = create(c);
    std::atomic<bool> done{false};
    std::int64_t reported = 0, accepted = 0, refused = 0;
    std::thread control([&] {
        Noise noise{3};
        const auto filters = noise.make(static_cast<std::size_t>(kTalkers) * 2 * kMics * kTaps, 0.1f);
        const float gains[] = {1, 0.5f, 0.1f};
        int32_t kind;
        int64_t id, sample;
        const auto drain = [&] { while (ae_path_read_taken(path.get(), &kind, &id, &sample) == AE_OK) reported += kind != AE_KIND_BYPASS ? 1 : 0; };
        for (std::int64_t n = 1; !done.load(); ++n) {
            for (bool ok : {ae_path_push_weights(path.get(), n, filters.data(), kTalkers, kTaps, nullptr, -1) == AE_OK, ae_path_push_gains(path.get(), n, gains, kTalkers, 0, -1) == AE_OK})
                ++(ok ? accepted : refused);
            drain();
            std::this_thread::yield();
        }
        drain();
    });
    const std::vector<float> input(static_cast<std::size_t>(64) * kMics, 0.3f);
    std::vector<float> output(128), beams(static_cast<std::size_t>(64) * kTalkers);
    for (int i = 0; i < 1500; ++i) ae_path_process(path.get(), input.data(), output.data(), beams.data(), 64);
    done.store(true);
    control.join();
    ae_path_process(path.get(), input.data(), output.data(), beams.data(), 64);  // takes what is left in the mailbox
    int32_t kind;
    int64_t id, sample;
    while (ae_path_read_taken(path.get(), &kind, &id, &sample) == AE_OK) reported += kind != AE_KIND_BYPASS ? 1 : 0;
    ae_path_status status;
    ae_path_get_status(path.get(), &status);
    CHECK(reported + status.taken_lost == accepted && status.rejected_pushes == refused);  // nothing lost, nothing twice
}
