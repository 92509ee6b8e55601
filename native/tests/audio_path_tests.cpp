#include "check.h"
#include "fixture.h"

#include <cmath>
#include <limits>

using namespace fixture;

namespace {

constexpr int kFrames = 6000;

// Two filter sets and three gain sets at stated samples.
void push_schedule(ae_path* path, Noise noise) {
    const auto a = noise.make(static_cast<std::size_t>(kTalkers) * 2 * kMics * kTaps, 0.1f);
    const auto b = noise.make(static_cast<std::size_t>(2) * 2 * kMics * 50, 0.1f);
    const float g1[] = {1, 0.2f, 0}, g2[] = {0.25f, 1, 0.5f}, share[] = {1, 0, 0.5f};
    CHECK(ae_path_push_gains(path, 1, g1, 3, 0.1f, 700) == AE_OK);
    CHECK(ae_path_push_gains(path, 2, g2, 3, 0.0f, 1777) == AE_OK);
    CHECK(ae_path_push_gains(path, 3, g1, 2, 0.2f, 1850) == AE_OK);  // in the middle of a ramp
    CHECK(ae_path_push_weights(path, 1, a.data(), 3, kTaps, share, 901) == AE_OK);
    CHECK(ae_path_push_weights(path, 2, b.data(), 2, 50, nullptr, 1001) == AE_OK);
    CHECK(ae_path_push_weights(path, 3, a.data(), 3, kTaps, nullptr, 1100) == AE_OK);  // cuts the cross-fade that began at 1001
}

bool same(const Result& a, const Result& b) { return a.left == b.left && a.right == b.right && a.beams == b.beams; }

}  // namespace

TEST(any_cut_into_calls_gives_the_same_bits) {
    Noise noise{11};
    const auto input = noise.make(static_cast<std::size_t>(kFrames) * kMics, 0.8f);  // loud enough for the limiter
    auto c = config();
    c.heartbeat_samples = 2000;  // also lost and found on the way
    const auto whole = create(c);
    push_schedule(whole.get(), {5});
    const auto reference = run(whole.get(), input, [] { return kFrames; });
    for (int block : {1, 7, 16, 32, 33, 64, 100, 128, 129, 256, 1024}) {
        const auto path = create(c);
        push_schedule(path.get(), {5});
        CHECK(same(reference, run(path.get(), input, [block] { return block; })));
    }
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto path = create(c);
        push_schedule(path.get(), {5});
        Noise cuts{seed};
        CHECK(same(reference, run(path.get(), input, [&cuts] { return 1 + static_cast<int>(250 * (cuts.next() + 1)); })));
    }
}

TEST(what_was_taken_is_reported_with_its_sample) {
    const auto path = create(config());
    push_schedule(path.get(), {5});
    run(path.get(), std::vector<float>(static_cast<std::size_t>(kFrames) * kMics), [] { return 64; });
    const long long expected[][3] = {{AE_KIND_GAINS, 1, 700}, {AE_KIND_WEIGHTS, 1, 901}, {AE_KIND_BYPASS, 0, 901}, {AE_KIND_WEIGHTS, 2, 1001},
                                     {AE_KIND_WEIGHTS, 3, 1100},
                                     {AE_KIND_GAINS, 2, 1777}, {AE_KIND_GAINS, 3, 1850}};
    for (const auto& e : expected) {
        int32_t kind = -1;
        int64_t id = -1, sample = -1;
        CHECK(ae_path_read_taken(path.get(), &kind, &id, &sample) == AE_OK);
        CHECK(kind == e[0] && id == e[1] && sample == e[2]);
    }
    int32_t kind;
    int64_t id, sample;
    CHECK(ae_path_read_taken(path.get(), &kind, &id, &sample) == AE_EMPTY);
}

TEST(pass_through_has_the_stated_delay_and_the_first_filters_do_not_move_it) {
    const auto path = create(config());
    Noise noise{3};
    const auto input = noise.make(static_cast<std::size_t>(kFrames) * kMics, 0.2f);
    const auto filters = delays(2, kDelay);  // talker 0 = microphone 0 at both ears
    const float gains[] = {1, 0};
    ae_path_push_gains(path.get(), 1, gains, 2, 0, 3000);
    ae_path_push_weights(path.get(), 1, filters.data(), 2, kTaps, nullptr, 3000);
    const auto result = run(path.get(), input, [] { return 50; });
    double worst_left = 0, worst_right = 0;
    for (int i = kDelay + kLookahead; i < kFrames; ++i) {
        worst_left = std::max(worst_left, std::fabs(static_cast<double>(result.left[static_cast<std::size_t>(i)]) - input[static_cast<std::size_t>(i - kDelay - kLookahead)]));
        if (i < 3000) worst_right = std::max(worst_right, std::fabs(static_cast<double>(result.right[static_cast<std::size_t>(i)]) - input[static_cast<std::size_t>(kFrames + i - kDelay - kLookahead)]));
    }
    CHECK(worst_left < 1e-6);   // through the change from pass-through to the filter
    CHECK(worst_right < 1e-6);
}

TEST(gains_and_filters_change_without_a_step) {
    const auto path = create(config());
    std::vector<float> input(static_cast<std::size_t>(kFrames) * kMics, 0.5f);  // a constant shows every step
    auto filters = delays(2, kDelay);
    const float on[] = {1, 0}, off[] = {0, 0};
    ae_path_push_gains(path.get(), 1, on, 2, 0, -1);
    ae_path_push_weights(path.get(), 1, filters.data(), 2, kTaps, nullptr, -1);
    ae_path_push_gains(path.get(), 2, off, 2, 0, 2000);
    ae_path_push_gains(path.get(), 3, on, 2, 0, 3000);
    for (auto& f : filters) f *= -0.5f;
    ae_path_push_weights(path.get(), 2, filters.data(), 2, kTaps, nullptr, 4000);
    const auto result = run(path.get(), input, [] { return 128; });
    float largest = 0;
    for (int i = 200; i < kFrames; ++i) largest = std::max(largest, std::fabs(result.left[static_cast<std::size_t>(i)] - result.left[static_cast<std::size_t>(i - 1)]));
    CHECK(largest > 0.002f && largest < 0.0075f);  // 0.75 within 160 samples, steepest 1.5 times the mean
    CHECK(std::fabs(result.left[2900]) < 1e-6f);
    CHECK(std::fabs(result.left[kFrames - 1] + 0.25f) < 1e-6f);
}

TEST(bad_pushes_are_refused_and_the_last_good_filter_stays) {
    const auto path = create(config());
    auto filters = delays(2, kDelay);
    float gains[] = {1, 0};
    CHECK(ae_path_push_weights(path.get(), 1, filters.data(), 2, kTaps, nullptr, -1) == AE_OK);
    CHECK(ae_path_push_gains(path.get(), 1, gains, 2, 0, -1) == AE_OK);
    const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    for (float bad : {inf, -inf, nan, 1e30f}) {
        filters[100] = bad;
        gains[1] = bad;
        CHECK(ae_path_push_weights(path.get(), 2, filters.data(), 2, kTaps, nullptr, -1) == AE_NOT_FINITE);
        CHECK(ae_path_push_gains(path.get(), 2, gains, 2, 0, -1) == AE_NOT_FINITE);
        CHECK(ae_path_push_gains(path.get(), 2, gains, 1, bad, -1) == AE_NOT_FINITE);
    }
    filters[100] = 0;
    CHECK(ae_path_push_weights(path.get(), 2, filters.data(), kTalkers + 1, kTaps, nullptr, -1) == AE_INVALID);
    CHECK(ae_path_push_weights(path.get(), 2, filters.data(), 2, kTaps + 1, nullptr, -1) == AE_INVALID);
    CHECK(ae_path_push_weights(path.get(), 0, filters.data(), 2, kTaps, nullptr, -1) == AE_INVALID);
    CHECK(ae_path_push_weights(path.get(), 2, filters.data(), 2, kTaps, nullptr, -2) == AE_INVALID);
    CHECK(ae_path_push_weights(path.get(), 2, nullptr, 2, kTaps, nullptr, -1) == AE_INVALID);
    int queued = 0;
    while (ae_path_push_gains(path.get(), 2, gains, 1, 0, 1 << 30) == AE_OK) ++queued;  // until the mailbox is full
    CHECK(queued == 63);
    CHECK(ae_path_push_gains(path.get(), 2, gains, 1, 0, -1) == AE_BUSY);
    Noise noise{9};
    const auto input = noise.make(static_cast<std::size_t>(kFrames) * kMics, 0.2f);
    const auto result = run(path.get(), input, [] { return 128; });
    CHECK(std::fabs(result.left[5000] - input[static_cast<std::size_t>(5000 - kDelay - kLookahead)]) < 1e-6f);
    ae_path_status status;
    CHECK(ae_path_get_status(path.get(), &status) == AE_OK);
    CHECK(status.rejected_pushes == 14 && status.weights_id == 1 && status.gains_id == 1 && status.samples == kFrames && status.bypassed == 0);
}

TEST(bad_input_is_silenced_and_leaves_no_trace) {
    const auto path = create(config());
    Noise noise{9};
    auto input = noise.make(static_cast<std::size_t>(kFrames) * kMics, 0.2f);
    const float bad[] = {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 1e38f, -std::numeric_limits<float>::infinity()};
    for (int i = 0; i < 400; ++i) input[static_cast<std::size_t>(1000 + i)] = bad[i % 4];
    push_schedule(path.get(), {5});
    const auto result = run(path.get(), input, [] { return 96; });
    bool finite = true;
    for (int i = 0; i < kFrames; ++i) finite = finite && std::fabs(result.left[static_cast<std::size_t>(i)]) <= 0.9f && std::fabs(result.right[static_cast<std::size_t>(i)]) <= 0.9f;
    CHECK(finite);
    CHECK(result.left[4000] != 0);
    ae_path_status status;
    ae_path_get_status(path.get(), &status);
    CHECK(status.bad_input_samples == 400);
}

TEST(reset_equals_fresh) {
    Noise noise{21};
    const auto input = noise.make(static_cast<std::size_t>(kFrames) * kMics, 0.8f);
    const auto path = create(config());
    push_schedule(path.get(), {5});
    const auto first = run(path.get(), input, [] { return 64; });
    push_schedule(path.get(), {6});  // left in the mailbox
    CHECK(ae_path_reset(path.get()) == AE_OK);
    push_schedule(path.get(), {5});
    CHECK(same(first, run(path.get(), input, [] { return 64; })));
}

TEST(a_lost_heartbeat_fades_to_pass_through_and_back) {
    auto c = config();
    c.heartbeat_samples = 1000;
    const auto path = create(c);
    Noise noise{4};
    const auto input = noise.make(static_cast<std::size_t>(kFrames) * kMics, 0.2f);
    const auto filters = delays(2, kDelay);
    const float gains[] = {0, 1};  // talker 1 = microphone 1 at both ears
    ae_path_push_weights(path.get(), 1, filters.data(), 2, kTaps, nullptr, 0);
    ae_path_push_gains(path.get(), 1, gains, 2, 0, 0);
    ae_path_push_gains(path.get(), 2, gains, 2, 0, 3000);
    const auto result = run(path.get(), input, [] { return 77; });
    const auto expect = [&](int at, int mic) {
        return std::fabs(result.left[static_cast<std::size_t>(at)] - input[static_cast<std::size_t>(mic * kFrames + at - kDelay - kLookahead)]) < 1e-6f;
    };
    CHECK(expect(900, 1));
    CHECK(expect(2500, 0));
    CHECK(expect(3700, 1));
    CHECK(expect(5000, 0));
}

TEST(configurations_out_of_range_are_refused) {
    ae_path* raw = nullptr;
    CHECK(ae_path_create(nullptr, &raw) == AE_INVALID);
    auto c = config();
    c.delay_samples = c.max_taps;
    CHECK(ae_path_create(&c, &raw) == AE_INVALID);
    c = config();
    c.ceiling = std::numeric_limits<float>::quiet_NaN();
    CHECK(ae_path_create(&c, &raw) == AE_INVALID);
    c = config();
    c.left_reference = kMics;
    CHECK(ae_path_create(&c, &raw) == AE_INVALID && raw == nullptr);
    CHECK(ae_path_process(nullptr, nullptr, nullptr, nullptr, 1) == AE_INVALID);
    ae_path_destroy(nullptr);
}
