// Blocks that the C# tests play too, through their binding: the same bits from both sides, and from one version to the next.
// `ATTEND_WRITE_GOLDEN=1 native_tests golden` writes the files anew after a wanted change of the sound.
#include "attention_engine_safety.h"
#include "check.h"
#include "fixture.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

using namespace fixture;

namespace {

enum Call : std::int32_t { kWeights = 0, kGains = 1, kReferences = 2, kStop = 3 };

// A call made before the block that starts at frame `at`. talkers, taps: for kReferences the left and right microphone.
struct Push {
    std::int32_t call = 0, talkers = 0, taps = 0;
    std::int64_t at = 0, id = 0, effective = -1;
    float ambient = 0;
    std::vector<float> values, shares;
};

struct Case {
    std::string name;
    ae_path_config config{};
    bool armed = false;
    ae_safety_config safety{};
    int frames = 0;
    std::vector<Push> pushes;
    std::vector<float> input;
};

struct Played {
    std::vector<float> output, beams;
    std::vector<std::int64_t> reports;  // kind, id, sample; by sample and kind (what is polled at once comes in the order of the queues)
};

// What AudioPath of the managed side makes of 16 kHz, 16 ms of taps, 4 ms of delay: see AudioPathGoldenTests.cs.
ae_path_config managed_config(int microphones, int talkers, std::int64_t heartbeat, float ceiling) {
    return {microphones, talkers, 256, 0, 1, 64, 16, 256, 400, 960, heartbeat, ceiling};
}

Push weights(Noise& noise, const Case& c, std::int64_t at, std::int64_t id, std::int64_t effective, int talkers, int taps) {
    Push p{kWeights, talkers, taps, at, id, effective, 0, {}, {}};
    p.values = noise.make(static_cast<std::size_t>(talkers * 2 * c.config.microphones * taps), 0.15f);
    for (int k = 0; k < talkers; ++k) p.shares.push_back(0.5f * (noise.next() + 1));
    return p;
}

Push gains(Noise& noise, std::int64_t at, std::int64_t id, std::int64_t effective, int talkers) {
    Push p{kGains, talkers, 0, at, id, effective, 0.25f * (noise.next() + 1), {}, {}};
    p.values = noise.make(static_cast<std::size_t>(talkers), 1.0f);
    return p;
}

// Two cross-fades of which one is cut, gains within a ramp, the limiter at work, the heartbeat lost and found.
Case steered() {
    Case c{"steered", managed_config(4, 3, 960, 0.89125093813f), false, {}, 2400, {}, {}};
    Noise noise{20261126};
    c.input = noise.make(static_cast<std::size_t>(c.frames) * 4, 0.7f);
    c.pushes = {gains(noise, 0, 1, 100, 3), weights(noise, c, 0, 1, 130, 3, 32), weights(noise, c, 0, 2, 301, 2, 24), gains(noise, 320, 2, 333, 3),
                gains(noise, 320, 3, 500, 2), gains(noise, 1920, 4, -1, 3), weights(noise, c, 1920, 3, 1999, 3, 32)};
    return c;
}

// The guard: start ramp, level, bad input, other references, a lost control side, a tone at the limiter, the participant's stop.
Case guarded() {
    Case c{"guarded", managed_config(3, 2, 8000, 0.19952623150f), true, {16000, 144, 3200, 800, 320, 0.03162277660f, 1}, 12800, {}, {}};
    Noise noise{7};
    c.input = noise.make(static_cast<std::size_t>(c.frames) * 3, 0.2f);
    for (int i = 1600; i < 1800; ++i) c.input[static_cast<std::size_t>(2 * c.frames + i)] = i % 2 == 0 ? std::numeric_limits<float>::quiet_NaN() : 1e30f;
    float tone = 0, next = 0.3f;  // a tone of 2 cos w = 1.25, by its own recursion
    for (int i = 8200; i < 11200; ++i) {
        for (int m = 0; m < 3; ++m) c.input[static_cast<std::size_t>(m * c.frames + i)] = tone;
        const float after = 1.25f * next - tone;
        tone = next;
        next = after;
    }
    Push references{kReferences, 2, 1, 960, 0, -1, 0, {}, {}}, stop{kStop, 0, 0, 12000, 0, -1, 0, {}, {}};
    c.pushes = {gains(noise, 0, 1, 10, 2), weights(noise, c, 0, 1, 10, 2, 32), references, weights(noise, c, 5120, 2, -1, 1, 32), stop};
    return c;
}

Played play(const Case& c, int block) {
    const auto path = create(c.config);
    if (c.armed) CHECK(ae_path_set_safety(path.get(), &c.safety) == AE_OK);
    const int mics = c.config.microphones, talkers = c.config.max_talkers;
    Played played{std::vector<float>(static_cast<std::size_t>(2 * c.frames)), std::vector<float>(static_cast<std::size_t>(talkers * c.frames)), {}};
    std::size_t next = 0;
    std::vector<std::vector<std::int64_t>> reports;
    for (int at = 0; at < c.frames;) {
        for (; next < c.pushes.size() && c.pushes[next].at == at; ++next) {
            const Push& p = c.pushes[next];
            if (p.call == kWeights) CHECK(ae_path_push_weights(path.get(), p.id, p.values.data(), p.talkers, p.taps, p.shares.data(), p.effective) == AE_OK);
            if (p.call == kGains) CHECK(ae_path_push_gains(path.get(), p.id, p.values.data(), p.talkers, p.ambient, p.effective) == AE_OK);
            if (p.call == kReferences) CHECK(ae_path_set_references(path.get(), p.talkers, p.taps) == AE_OK);
            if (p.call == kStop) CHECK(ae_path_stop(path.get()) == AE_OK);
        }
        int n = std::min(block, c.frames - at);
        if (next < c.pushes.size()) n = std::min(n, static_cast<int>(c.pushes[next].at) - at);
        std::vector<float> in(static_cast<std::size_t>(mics * n)), out(static_cast<std::size_t>(2 * n)), beams(static_cast<std::size_t>(talkers * n));
        for (int m = 0; m < mics; ++m) std::copy_n(c.input.begin() + m * c.frames + at, n, in.begin() + m * n);
        CHECK(ae_path_process(path.get(), in.data(), out.data(), beams.data(), n) == AE_OK);
        for (int e = 0; e < 2; ++e) std::copy_n(out.begin() + e * n, n, played.output.begin() + e * c.frames + at);
        for (int k = 0; k < talkers; ++k) std::copy_n(beams.begin() + k * n, n, played.beams.begin() + k * c.frames + at);
        int32_t kind;
        int64_t id, sample;
        while (ae_path_read_taken(path.get(), &kind, &id, &sample) == AE_OK) reports.push_back({sample, kind, id});
        at += n;
    }
    std::sort(reports.begin(), reports.end());
    for (const auto& r : reports) played.reports.insert(played.reports.end(), {r[1], r[2], r[0]});
    return played;
}

// Little-endian; see AudioPathGoldenTests.cs, which reads it.
struct Bytes {
    std::string data;
    template <typename T>
    void put(T value) { data.append(reinterpret_cast<const char*>(&value), sizeof value); }
    void put(const std::vector<float>& values) { data.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)); }
};

std::string file_of(const Case& c, const Played& played) {
    Bytes b;
    b.data = "AEGOLD01";
    for (int v : {c.config.microphones, c.config.max_talkers, c.armed ? 1 : 0, c.frames, static_cast<int>(c.pushes.size()), static_cast<int>(played.reports.size() / 3)}) b.put(static_cast<std::int32_t>(v));
    for (const Push& p : c.pushes) {
        for (std::int32_t v : {p.call, p.talkers, p.taps}) b.put(v);
        for (std::int64_t v : {p.at, p.id, p.effective}) b.put(v);
        b.put(p.ambient);
        b.put(p.values);
        b.put(p.shares);
    }
    b.put(c.input);
    b.put(played.output);
    b.put(played.beams);
    for (std::int64_t v : played.reports) b.put(v);
    return b.data;
}

}  // namespace

TEST(golden_blocks_give_the_recorded_bits) {
    for (const Case& c : {steered(), guarded()}) {
        const Played whole = play(c, c.frames);
        for (int block : {32, 37, 320}) {
            const Played cut = play(c, block);
            CHECK(cut.output == whole.output && cut.beams == whole.beams && cut.reports == whole.reports);
        }
        const std::string now = file_of(c, whole), name = std::string(ATTEND_GOLDEN_FOLDER "/") + c.name + ".golden";
        if (std::getenv("ATTEND_WRITE_GOLDEN") != nullptr) {
            std::FILE* out = std::fopen(name.c_str(), "wb");
            CHECK(out != nullptr && std::fwrite(now.data(), 1, now.size(), out) == now.size() && std::fclose(out) == 0);
            continue;
        }
        std::string recorded(now.size() + 1, '\0');
        std::FILE* in = std::fopen(name.c_str(), "rb");
        CHECK(in != nullptr);
        if (in == nullptr) continue;
        recorded.resize(std::fread(recorded.data(), 1, recorded.size(), in));
        std::fclose(in);
        CHECK(recorded == now);
        int kinds = 0;
        for (std::size_t i = 0; i < whole.reports.size(); i += 3)
            if (whole.reports[i] == AE_KIND_FAULT) kinds |= static_cast<int>(whole.reports[i + 1]);
        CHECK(kinds == (c.armed ? AE_FAULT_CONTROL | AE_FAULT_INPUT | AE_FAULT_HOWL | AE_FAULT_STOPPED : 0));  // the case holds what it promises
    }
}
