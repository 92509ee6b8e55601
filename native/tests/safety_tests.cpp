// The guard of the ears: what each fault does, to the sample.
#include "a_weighting.h"
#include "attention_engine_safety.h"
#include "check.h"
#include "fixture.h"
#include "output_guard.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace fixture;

namespace {

constexpr int kRate = 16000, kFade = 320;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

ae_safety_config safety() { return {kRate, 0, 3200, kFade, kFade, 0, 1}; }

Path armed(const ae_path_config& c, const ae_safety_config& s) {
    auto path = create(c);
    CHECK(ae_path_set_safety(path.get(), &s) == AE_OK);
    return path;
}

std::vector<float> tone(double hz, float amplitude, int frames, int rate = kRate) {
    std::vector<float> one(static_cast<std::size_t>(frames) * kMics);
    for (int m = 0; m < kMics; ++m)
        for (int i = 0; i < frames; ++i) one[static_cast<std::size_t>(m * frames + i)] = amplitude * static_cast<float>(std::sin(2 * 3.14159265358979 * hz * i / rate));
    return one;
}

double level(const std::vector<float>& x, std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += static_cast<double>(x[i]) * x[i];
    return std::sqrt(sum / static_cast<double>(to - from));
}

float largest_step(const std::vector<float>& x) {
    float step = 0;
    for (std::size_t i = 1; i < x.size(); ++i) step = std::max(step, std::fabs(x[i] - x[i - 1]));
    return step;
}

ae_safety_status status_of(ae_path* path) {
    ae_safety_status status;
    CHECK(ae_path_get_safety(path, &status) == AE_OK);
    return status;
}

// Samples and fault bits that were reported.
std::vector<std::pair<std::int64_t, std::int64_t>> faults_of(ae_path* path) {
    std::vector<std::pair<std::int64_t, std::int64_t>> faults;
    int32_t kind;
    int64_t id, sample;
    while (ae_path_read_taken(path, &kind, &id, &sample) == AE_OK)
        if (kind == AE_KIND_FAULT) faults.push_back({sample, id});
    return faults;
}

}  // namespace

TEST(only_gains_are_a_sign_of_life_and_steering_outlives_a_late_heartbeat) {
    auto c = config();
    c.heartbeat_samples = 8000;  // 0.5 s
    const auto path = armed(c, safety());
    const auto filters = delays(2, kDelay);
    const float gains[] = {0, 1};  // talker 1 = microphone 1 at both ears
    ae_path_push_gains(path.get(), 1, gains, 2, 0, 0);
    ae_path_push_weights(path.get(), 1, filters.data(), 2, kTaps, nullptr, 0);
    Noise noise{4};
    constexpr int frames = 16000;
    const auto input = noise.make(static_cast<std::size_t>(frames) * kMics, 0.2f);
    int id = 1, at = 0;
    const auto result = run(path.get(), input, [&] {
        ae_path_push_weights(path.get(), ++id, filters.data(), 2, kTaps, nullptr, -1);  // filters go on, decisions do not
        if (at == 12800) ae_path_push_gains(path.get(), 2, gains, 2, 0, -1);
        at += 64;
        return 64;
    });
    const auto hears = [&](int i, int mic) { return std::fabs(result.left[static_cast<std::size_t>(i)] - input[static_cast<std::size_t>(mic * frames + i - kDelay - kLookahead)]) < 1e-6f; };
    CHECK(hears(3000, 1) && hears(7900, 1));    // late from 3200 on, and still steered
    CHECK(hears(8000 + 400, 0) && hears(12700, 0));  // pass-through
    CHECK(hears(12800 + 400, 1));
    const std::vector<std::pair<std::int64_t, std::int64_t>> expected{{3200, AE_FAULT_CONTROL}, {12800, 0}};
    const auto faults = faults_of(path.get());
    CHECK(faults == expected);
}

TEST(sound_starts_and_stops_with_a_ramp_and_a_stop_stays) {
    const auto path = armed(config(), safety());
    const std::vector<float> constant(static_cast<std::size_t>(2000) * kMics, 0.5f);
    const auto start = run(path.get(), constant, [] { return 50; });
    CHECK(start.left[0] == 0 && std::fabs(start.left[1999] - 0.5f) < 1e-6f);
    CHECK(largest_step(start.left) < 0.5f * 1.6f / kDelay);  // the signal's own beginning is in there
    CHECK(ae_path_stop(path.get()) == AE_OK);
    const auto stop = run(path.get(), constant, [] { return 50; });
    CHECK(std::fabs(stop.left[0] - 0.5f) < 1e-4f && largest_step(stop.left) < 0.5f * 1.51f / kFade);
    CHECK(std::all_of(stop.left.begin() + kFade, stop.left.end(), [](float v) { return v == 0; }));
    const float gains[] = {1};
    const auto filters = delays(1, kDelay);
    ae_path_push_gains(path.get(), 1, gains, 1, 1, -1);  // nothing that control does brings the sound back
    ae_path_push_weights(path.get(), 1, filters.data(), 1, kTaps, nullptr, -1);
    const auto still = run(path.get(), constant, [] { return 64; });
    CHECK(std::all_of(still.left.begin(), still.left.end(), [](float v) { return v == 0; }));
    CHECK(std::all_of(still.right.begin(), still.right.end(), [](float v) { return v == 0; }));
    CHECK((status_of(path.get()).faults & AE_FAULT_STOPPED) != 0);
    CHECK(ae_path_reset(path.get()) == AE_OK);
    CHECK(run(path.get(), constant, [] { return 64; }).left == start.left);
}

TEST(a_stop_works_where_no_safety_is_set) {
    const auto path = create(config());
    const std::vector<float> constant(static_cast<std::size_t>(2000) * kMics, 0.5f);
    run(path.get(), constant, [] { return 64; });
    ae_path_stop(path.get());
    const auto stop = run(path.get(), constant, [] { return 64; });
    CHECK(stop.left[0] > 0.49f && std::all_of(stop.left.begin() + 160, stop.left.end(), [](float v) { return v == 0; }));
}

TEST(input_that_is_no_sound_is_silence_until_100_ms_after_it) {
    auto input = std::vector<float>(static_cast<std::size_t>(8000) * kMics, 0.3f);
    for (int i = 2000; i < 4000; ++i) input[static_cast<std::size_t>(i)] = kNan;  // the left ear's microphone
    const auto path = armed(config(), safety());
    const auto result = run(path.get(), input, [] { return 40; });
    CHECK(std::all_of(result.left.begin() + 2000 + 80 + kFade, result.left.begin() + 4000, [](float v) { return v == 0; }));
    CHECK(std::all_of(result.right.begin() + 2000 + 80 + kFade, result.right.begin() + 4000, [](float v) { return v == 0; }));
    CHECK(std::fabs(result.left[7999] - 0.3f) < 1e-6f && std::fabs(result.right[7999] - 0.3f) < 1e-6f);
    auto faults = faults_of(path.get());
    faults.erase(std::remove_if(faults.begin(), faults.end(), [](const auto& f) { return (f.second & AE_FAULT_INPUT) == 0 && f.first < 3000; }), faults.end());
    CHECK(faults.size() >= 2 && faults[0].first == 2079 && faults[0].second == AE_FAULT_INPUT);  // 80 bad frames are 5 ms
    CHECK(faults.back().first == 4000 + 1599 && (faults.back().second & AE_FAULT_INPUT) == 0);

    // One of the other microphones alone is no reason for silence.
    auto rear = std::vector<float>(static_cast<std::size_t>(8000) * kMics, 0.3f);
    for (int i = 2000; i < 4000; ++i) rear[static_cast<std::size_t>(2 * 8000 + i)] = kNan;
    const auto other = armed(config(), safety());
    const auto heard = run(other.get(), rear, [] { return 40; });
    CHECK(std::fabs(heard.left[3999] - 0.3f) < 1e-6f && status_of(other.get()).faults == AE_FAULT_CONTROL);
}

TEST(a_limiter_that_gives_no_sound_is_silence_until_reset) {
    for (float bad : {kNan, 1.0f, -std::numeric_limits<float>::infinity()}) {
        attend::OutputGuard guard(100, 0.9f);
        guard.arm(safety());
        std::vector<float> left(2000, 0.5f), right(2000, 0.5f);
        left[1000] = bad;
        const std::vector<std::uint8_t> good(2000);
        guard.finish(left.data(), right.data(), good.data(), 2000, 0);
        CHECK(right[999] == 0.5f && left[1000] == 0 && right[1000] == 0 && left[1000 + kFade] == 0 && right[1999] == 0);
        CHECK(std::all_of(left.begin(), left.end(), [](float v) { return std::fabs(v) <= 0.5f; }));
        attend::FaultEvent events[attend::OutputGuard::kMostEvents];
        CHECK(guard.take_events(events) == 1 && events[0].bit == AE_FAULT_OUTPUT && events[0].sample == 1000);
    }
}

TEST(the_louder_ear_is_turned_down_to_the_long_term_limit_and_both_alike) {
    auto s = safety();
    s.long_term_limit = 0.1f;
    s.howl = 0;
    const auto path = armed(config(), s);
    constexpr int frames = 60 * kRate;
    auto input = tone(1000, 0.5f, frames);
    for (int i = 0; i < frames; ++i) input[static_cast<std::size_t>(frames + i)] *= 0.5f;  // right ear's microphone
    const auto result = run(path.get(), input, [] { return 512; });
    const double left = level(result.left, 50 * kRate, frames), right = level(result.right, 50 * kRate, frames);
    CHECK(std::fabs(20 * std::log10(left / 0.1)) < 0.2);
    CHECK(std::fabs(left / right - 2) < 1e-4);
    CHECK(status_of(path.get()).level_gain < 0.3f);
    const auto quiet = armed(config(), s);
    const auto soft = run(quiet.get(), tone(1000, 0.1f, 4 * kRate), [] { return 512; });  // 3 dB below it
    CHECK(std::fabs(level(soft.left, kRate, 4 * kRate) * std::sqrt(2.0) - 0.1) < 1e-4);
}

TEST(the_dose_is_counted_at_the_ear_and_ends_the_sound) {
    auto s = safety();
    s.howl = 0;
    s.dose_budget = 0.2;  // full scale squared times seconds
    const auto path = armed(config(), s);
    constexpr int frames = 4 * kRate;
    const auto result = run(path.get(), tone(1000, 0.4f, frames), [] { return 500; });  // 0.08 a second: used up after 2.5 s
    const auto status = status_of(path.get());
    CHECK(status.dose >= 0.2 && status.dose < 0.2 + 0.08 * 0.03 && (status.faults & AE_FAULT_DOSE) != 0);
    CHECK(level(result.left, 2 * kRate, 2 * kRate + 1600) > 0.27);
    CHECK(std::all_of(result.left.begin() + static_cast<int>(2.6 * kRate), result.left.end(), [](float v) { return v == 0; }));
    const auto faults = faults_of(path.get());
    CHECK(std::any_of(faults.begin(), faults.end(), [](const auto& f) { return (f.second & AE_FAULT_DOSE) != 0 && std::fabs(static_cast<double>(f.first) / kRate - 2.515) < 0.05; }));
}

TEST(a_weighting_follows_the_standard) {
    const double table[][2] = {{63, -26.2}, {125, -16.1}, {250, -8.6}, {500, -3.2}, {1000, 0}, {2000, 1.2}, {4000, 1.0}, {6300, -0.1}, {8000, -1.1}, {12500, -4.3}, {16000, -6.6}};
    for (int rate : {16000, 24000, 32000, 44100, 48000}) {
        double worst = 0;
        for (const auto& [hz, db] : table) {
            if (hz > 0.4 * rate) continue;
            attend::AWeighting filter(rate);
            double sum = 0;
            for (int i = 0; i < 2 * rate; ++i) {
                const double y = filter.step(std::sin(2 * 3.14159265358979323846 * hz * i / rate));
                if (i >= rate) sum += y * y;
            }
            worst = std::max(worst, std::fabs(10 * std::log10(2 * sum / rate) - db));
        }
        if (worst >= 0.6) std::printf("A-weighting at %d Hz is off by %.2f dB\n", rate, worst);
        CHECK(worst < 0.6);
    }
}

TEST(an_armed_path_gives_the_same_bits_for_any_blocks) {
    auto s = safety();
    s.long_term_limit = 0.05f;
    s.dose_budget = 0.012;
    auto c = config();
    c.heartbeat_samples = 5000;
    constexpr int frames = 48000;
    Noise noise{8};
    auto input = noise.make(static_cast<std::size_t>(frames) * kMics, 0.3f);
    const auto howl = tone(2000, 3.0f, 16000);  // a tone at the limiter: cut
    for (int i = 0; i < 16000; ++i) input[static_cast<std::size_t>(8000 + i)] = input[static_cast<std::size_t>(frames + 8000 + i)] = howl[static_cast<std::size_t>(i)];
    for (int i = 30000; i < 30300; ++i) input[static_cast<std::size_t>(i)] = kNan;
    const auto play = [&](const std::function<int()>& next) {
        const auto path = armed(c, s);
        const auto filters = delays(2, kDelay);
        const float gains[] = {1, 0.5f};
        ae_path_push_gains(path.get(), 1, gains, 2, 0, 100);
        ae_path_push_weights(path.get(), 1, filters.data(), 2, kTaps, nullptr, 100);
        auto result = run(path.get(), input, next);
        return std::make_tuple(std::move(result.left), std::move(result.right), faults_of(path.get()));
    };
    const auto reference = play([] { return frames; });
    int bits = 0;
    for (const auto& [sample, mask] : std::get<2>(reference)) bits |= static_cast<int>(mask);
    CHECK(bits == (AE_FAULT_CONTROL | AE_FAULT_INPUT | AE_FAULT_HOWL | AE_FAULT_DOSE));
    for (int block : {16, 37, 128, 1024}) CHECK(play([block] { return block; }) == reference);
    Noise cuts{3};
    CHECK(play([&cuts] { return 1 + static_cast<int>(300 * (cuts.next() + 1)); }) == reference);
}

TEST(safety_out_of_range_is_refused) {
    const auto path = create(config());
    CHECK(ae_path_set_safety(path.get(), nullptr) == AE_INVALID && ae_path_set_safety(nullptr, nullptr) == AE_INVALID && ae_path_stop(nullptr) == AE_INVALID);
    for (int field = 0; field < 6; ++field) {
        auto s = safety();
        if (field == 0) s.rate_hz = std::numeric_limits<double>::quiet_NaN();
        if (field == 1) s.dose_budget = -1;
        if (field == 2) s.long_term_limit = kNan;
        if (field == 3) s.start_fade_samples = 0;
        if (field == 4) s.late_samples = -1;
        if (field == 5) s.howl = 2;
        CHECK(ae_path_set_safety(path.get(), &s) == AE_INVALID);
    }
}

TEST(other_reference_microphones_fade_in_without_a_step_and_are_then_the_vital_ones) {
    const auto path = armed(config(), safety());
    std::vector<float> input(static_cast<std::size_t>(6000) * kMics);
    for (int m = 0; m < kMics; ++m) std::fill_n(input.begin() + m * 6000, 6000, 0.1f * static_cast<float>(m + 1));
    for (int i = 3000; i < 6000; ++i) input[static_cast<std::size_t>(i)] = kNan;  // microphone 0 dies when it is no longer needed
    int at = 0;
    const auto play = [&](ae_path* p, int block) {
        at = 0;
        return run(p, input, [&, p, block] {
            if (at == 1920) CHECK(ae_path_set_references(p, 2, 3) == AE_OK);
            if (at == 1920) CHECK(ae_path_set_references(p, 4, 1) == AE_INVALID && ae_path_set_references(p, 0, -1) == AE_INVALID);
            if (at == 1984) CHECK(ae_path_set_references(p, 2, 1) == AE_OK);  // waits for the end of the first fade
            at += block;
            return block;
        });
    };
    const auto result = play(path.get(), 64);
    CHECK(std::fabs(result.left[1900] - 0.1f) < 1e-6f && std::fabs(result.right[1900] - 0.2f) < 1e-6f);
    CHECK(std::fabs(result.left[2900] - 0.3f) < 1e-6f && std::fabs(result.right[5999] - 0.2f) < 1e-6f);
    CHECK(std::fabs(result.left[5999] - 0.3f) < 1e-6f && (status_of(path.get()).faults & AE_FAULT_INPUT) == 0);
    float step = 0;
    for (std::size_t i = 1000; i < 6000; ++i) step = std::max(step, std::max(std::fabs(result.left[i] - result.left[i - 1]), std::fabs(result.right[i] - result.right[i - 1])));
    CHECK(step < 0.2f * 1.51f / 160 + 1e-6f);
    const auto other = armed(config(), safety());
    CHECK(play(other.get(), 32).left == result.left);
    ae_path_reset(path.get());
    std::vector<float> again(static_cast<std::size_t>(2000) * kMics, 0.5f);
    std::fill_n(again.begin(), 2000, 0.1f);  // microphone 0 is the left ear's again
    CHECK(std::fabs(run(path.get(), again, [] { return 100; }).left[1999] - 0.1f) < 1e-6f);
}
