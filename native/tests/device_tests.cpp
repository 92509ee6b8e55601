// The device's callback, driven by hand; and what opening a device that is not there says.
#include "attention_engine_io.h"
#include "check.h"
#include "fixture.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <string>
#include <thread>

using namespace fixture;

namespace {

using Device = std::unique_ptr<ae_io, decltype(&ae_io_close)>;

Device open(int inputs, int outputs, int ring = 1 << 16) {
    const ae_io_config c{AE_IO_VIRTUAL, inputs, outputs, 0, ring, 16000, nullptr, nullptr, nullptr, nullptr};
    ae_io* raw = nullptr;
    CHECK(ae_io_open(&c, &raw, nullptr, 0) == AE_OK);
    return {raw, ae_io_close};
}

// [channels x frames] starting at a sample of a planar signal.
std::vector<float> cut(const std::vector<float>& planar, int channels, int total, int at, int frames) {
    std::vector<float> v;
    for (int c = 0; c < channels; ++c) v.insert(v.end(), planar.begin() + c * total + at, planar.begin() + c * total + at + frames);
    return v;
}

ae_io_status status_of(ae_io* device) {
    ae_io_status s;
    CHECK(ae_io_get_status(device, &s) == AE_OK);
    return s;
}

}  // namespace

TEST(device_runs_the_path_to_the_bit_and_the_ring_has_every_sample) {
    constexpr int kFrames = 9000;
    Noise noise{3};
    const auto input = noise.make(static_cast<std::size_t>(kFrames) * kMics, 0.5f);
    const auto direct = create(config()), inside = create(config());
    const auto filters = delays(kTalkers, 5);
    const float gains[] = {1, 0.3f, 0.5f};
    for (ae_path* p : {direct.get(), inside.get()}) {
        CHECK(ae_path_push_weights(p, 1, filters.data(), kTalkers, kTaps, nullptr, 400) == AE_OK);
        CHECK(ae_path_push_gains(p, 1, gains, kTalkers, 0.1f, 500) == AE_OK);
    }
    std::vector<float> expected(2 * kFrames);
    CHECK(ae_path_process(direct.get(), input.data(), expected.data(), nullptr, kFrames) == AE_OK);

    const auto device = open(kMics, 2);
    CHECK(ae_io_set_path(device.get(), inside.get(), kMics, nullptr, nullptr) == AE_OK);
    const int blocks[] = {64, 100, 1, 3000, 1024, 17};
    int at = 0, turn = 0, differences = 0, changes = 0, last = 0;
    std::vector<float> read(static_cast<std::size_t>(kFrames) * (kMics + 2));
    std::int64_t got = 0;
    while (at < kFrames) {
        const int n = std::min(blocks[turn++ % 6], kFrames - at);
        if (last != 0 && last != n) ++changes;
        last = n;
        std::vector<float> out(static_cast<std::size_t>(2) * static_cast<std::size_t>(n), 7.0f);
        CHECK(ae_io_drive(device.get(), cut(input, kMics, kFrames, at, n).data(), out.data(), n, 1000 + at, 0) == AE_OK);
        for (int e = 0; e < 2; ++e)
            for (int i = 0; i < n; ++i) differences += out[static_cast<std::size_t>(e * n + i)] != expected[static_cast<std::size_t>(e * kFrames + at + i)];
        ae_io_block block;
        while (ae_io_read(device.get(), read.data(), 333, &block) == AE_OK) {
            CHECK(block.first_sample == got && block.time_ns == 1000 + at && block.lost_before == 0);
            CHECK(block.behind == at + n - static_cast<int>(got) - block.frames);
            for (int i = 0; i < block.frames; ++i) {
                for (int c = 0; c < kMics; ++c) differences += read[static_cast<std::size_t>(i * (kMics + 2) + c)] != input[static_cast<std::size_t>(c * kFrames + got + i)];
                for (int e = 0; e < 2; ++e) differences += read[static_cast<std::size_t>(i * (kMics + 2) + kMics + e)] != expected[static_cast<std::size_t>(e * kFrames + got + i)];
            }
            got += block.frames;
        }
        at += n;
    }
    CHECK(differences == 0 && got == kFrames);
    const auto s = status_of(device.get());
    CHECK(s.samples == kFrames && s.dropped_samples == 0 && s.xruns == 0 && s.block_changes == changes && s.state == AE_IO_RUNNING);
}

TEST(device_maps_channels_and_turns_polarity) {
    const auto through = create(config()), mapped = create(config());
    const auto device = open(6, 2);
    const std::int32_t channel[] = {5, 0, 3, 1};
    const float gain[] = {-1, 0.5f, 2, 1};
    CHECK(ae_io_set_path(device.get(), mapped.get(), kMics, channel, gain) == AE_OK);
    Noise noise{8};
    const auto raw = noise.make(6 * 500, 0.4f);
    std::vector<float> expected(1000), out(1000), sorted(kMics * 500);
    for (int m = 0; m < kMics; ++m)
        for (int i = 0; i < 500; ++i) sorted[static_cast<std::size_t>(m * 500 + i)] = gain[m] * raw[static_cast<std::size_t>(channel[m] * 500 + i)];
    CHECK(ae_path_process(through.get(), sorted.data(), expected.data(), nullptr, 500) == AE_OK);
    CHECK(ae_io_drive(device.get(), raw.data(), out.data(), 500, 0, 0) == AE_OK);
    CHECK(out == expected);
}

TEST(device_counts_what_is_lost_and_what_nobody_read) {
    const auto device = open(1, 1, 1024);
    std::vector<float> in(600, 0.25f), out(600), read(2 * 1024);
    ae_io_block block;
    CHECK(ae_io_drive(device.get(), in.data(), out.data(), 600, 1, 0) == AE_OK);
    CHECK(ae_io_drive(device.get(), in.data(), out.data(), 600, 2, 0) == AE_OK);  // finds 424 free
    CHECK(ae_io_read(device.get(), read.data(), 1024, &block) == AE_OK && block.first_sample == 0 && block.frames == 600 && block.lost_before == 0);
    CHECK(ae_io_read(device.get(), read.data(), 1024, &block) == AE_EMPTY);
    CHECK(ae_io_drive(device.get(), in.data(), out.data(), 300, 3, 128) == AE_OK);
    CHECK(ae_io_read(device.get(), read.data(), 100, &block) == AE_OK);
    CHECK(block.first_sample == 1328 && block.lost_before == 728 && block.frames == 100 && block.behind == 200);
    CHECK(ae_io_read(device.get(), read.data(), 1024, &block) == AE_OK && block.first_sample == 1428 && block.lost_before == 0);
    const auto s = status_of(device.get());
    CHECK(s.samples == 1500 && s.lost_samples == 128 && s.dropped_samples == 600 && s.xruns == 1 && s.block_changes == 1);
}

TEST(device_plays_a_stimulus_once_at_the_sample_that_it_says) {
    const auto device = open(1, 3);
    Noise noise{4};
    const auto sound = noise.make(1500, 0.9f);
    std::vector<float> in(700), out(2100), heard[3];
    CHECK(ae_io_drive(device.get(), in.data(), out.data(), 700, 0, 0) == AE_OK);
    CHECK(status_of(device.get()).stimulus_sample == -1);
    CHECK(ae_io_play(device.get(), 1, sound.data(), 1500) == AE_OK);
    for (int k = 0; k < 4; ++k) {
        CHECK(ae_io_drive(device.get(), in.data(), out.data(), 700, 0, 0) == AE_OK);
        for (int o = 0; o < 3; ++o) heard[o].insert(heard[o].end(), out.begin() + o * 700, out.begin() + (o + 1) * 700);
    }
    CHECK(status_of(device.get()).stimulus_sample == 700);
    CHECK(std::equal(sound.begin(), sound.end(), heard[1].begin()));
    for (std::size_t i = 0; i < heard[0].size(); ++i) CHECK(heard[0][i] == 0 && heard[2][i] == 0 && (i < 1500 || heard[1][i] == 0));
}

TEST(device_that_was_unplugged_comes_back_with_a_ramp) {
    auto c = config();
    const auto path = create(c);
    const auto device = open(kMics, 2);
    CHECK(ae_io_set_path(device.get(), path.get(), kMics, nullptr, nullptr) == AE_OK);
    std::vector<float> in(kMics * 400, 0.5f), out(800);
    for (int i = 0; i < 3; ++i) CHECK(ae_io_drive(device.get(), in.data(), out.data(), 400, 0, 0) == AE_OK);
    const float steady = out[399];
    CHECK(steady > 0.4f);
    CHECK(ae_io_unplug(device.get()) == AE_OK && status_of(device.get()).state == AE_IO_LOST);
    CHECK(ae_io_drive(device.get(), in.data(), out.data(), 400, 0, 0) == AE_INVALID);
    CHECK(ae_io_service(device.get(), nullptr, 0) == AE_OK);
    const auto s = status_of(device.get());
    CHECK(s.state == AE_IO_RUNNING && s.restarts == 1);
    std::vector<float> back;
    for (int i = 0; i < 3; ++i) {
        CHECK(ae_io_drive(device.get(), in.data(), out.data(), 400, 0, 0) == AE_OK);
        back.insert(back.end(), out.begin(), out.begin() + 400);
    }
    CHECK(back[0] == 0 && std::abs(back[400] - steady / 2) < 1e-3f && back[1100] == steady);
    for (std::size_t i = 1; i < back.size(); ++i) CHECK(back[i] >= back[i - 1]);
    ae_io_block block;
    std::vector<float> read(400 * (kMics + 2));
    int restarts = 0;
    while (ae_io_read(device.get(), read.data(), 400, &block) == AE_OK) restarts = block.restarts;
    CHECK(restarts == 1);
}

TEST(device_refuses_what_is_outside_its_contract) {
    const ae_io_config good{AE_IO_VIRTUAL, 2, 2, 0, 4096, 16000, nullptr, nullptr, nullptr, nullptr};
    ae_io* none = nullptr;
    auto refused = [&](auto change) {
        ae_io_config c = good;
        change(c);
        return ae_io_open(&c, &none, nullptr, 0) == AE_INVALID && none == nullptr;
    };
    CHECK(refused([](auto& c) { c.kind = 9; }) && refused([](auto& c) { c.inputs = 65; }) && refused([](auto& c) { c.outputs = 9; }));
    CHECK(refused([](auto& c) { c.inputs = c.outputs = 0; }) && refused([](auto& c) { c.rate_hz = 1000; }) && refused([](auto& c) { c.ring_frames = 10; }));
    CHECK(refused([](auto& c) { c.kind = AE_IO_JACK; }));  // no client name
    const auto device = open(2, 1);
    const auto path = create(config());
    CHECK(ae_io_set_path(device.get(), path.get(), 2, nullptr, nullptr) == AE_INVALID);  // one output
    const auto stereo = open(2, 2);
    const std::int32_t beyond[] = {0, 2};
    CHECK(ae_io_set_path(stereo.get(), path.get(), kMics, nullptr, nullptr) == AE_INVALID && ae_io_set_path(stereo.get(), path.get(), 2, beyond, nullptr) == AE_INVALID);
    const float loud[] = {0.5f, 1.5f}, none_at_all[] = {NAN};
    CHECK(ae_io_play(stereo.get(), 0, loud, 2) == AE_NOT_FINITE && ae_io_play(stereo.get(), 0, none_at_all, 1) == AE_NOT_FINITE && ae_io_play(stereo.get(), 2, loud, 1) == AE_INVALID);
}

TEST(device_that_is_not_there_is_said_in_words) {
    ae_io_config c{AE_IO_JACK, 2, 2, 0, 4096, 16000, "attend-no-such-server", "attend", nullptr, nullptr};
    ae_io* device = nullptr;
    char message[1000];
    CHECK(ae_io_open(&c, &device, message, sizeof message) == AE_IO_MISSING && device == nullptr);
    CHECK(std::strstr(message, "attend-no-such-server") != nullptr || std::strstr(message, "libjack") != nullptr);
    char small[8];
    CHECK(ae_io_open(&c, &device, small, sizeof small) == AE_IO_MISSING && small[7] == '\0' && std::strlen(small) == 7);
}

TEST(device_threads_run_callback_reader_and_changes_of_path_beside_each_other) {
    constexpr int kBlocks = 1500, kBlock = 48;
    const auto device = open(kMics, 2, 2048);
    const auto first = create(config()), second = create(config());
    std::atomic<bool> done{false};
    std::thread callback([&] {
        std::vector<float> in(kMics * kBlock), out(2 * kBlock);
        float n = 0;
        for (int b = 0; b < kBlocks; ++b) {
            for (int i = 0; i < kBlock; ++i, n += 1) in[static_cast<std::size_t>(i)] = n * 1e-6f;
            ae_io_drive(device.get(), in.data(), out.data(), kBlock, b, 0);
        }
        done = true;
    });
    std::thread control([&] {
        for (int i = 0; !done; ++i) {
            ae_io_set_path(device.get(), i % 2 == 0 ? first.get() : second.get(), kMics, nullptr, nullptr);
            if (i % 5 == 0) ae_io_set_path(device.get(), nullptr, 0, nullptr, nullptr);
        }
        ae_io_set_path(device.get(), nullptr, 0, nullptr, nullptr);
    });
    std::vector<float> read(100 * (kMics + 2));
    std::int64_t next = 0, lost = 0, got = 0;
    int wrong = 0;
    for (bool last = false; !last;) {
        last = done;
        ae_io_block block;
        while (ae_io_read(device.get(), read.data(), 100, &block) == AE_OK) {
            wrong += block.first_sample != next + block.lost_before;
            lost += block.lost_before;
            got += block.frames;
            next = block.first_sample + block.frames;
            for (int i = 0; i < block.frames; ++i)
                wrong += std::abs(read[static_cast<std::size_t>(i * (kMics + 2))] - static_cast<float>(block.first_sample + i) * 1e-6f) > 1e-8f;
        }
    }
    callback.join();
    control.join();
    CHECK(wrong == 0 && got > 0 && got + status_of(device.get()).dropped_samples == kBlocks * kBlock && lost <= status_of(device.get()).dropped_samples);
}
