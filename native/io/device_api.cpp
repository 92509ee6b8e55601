// The C interface of the devices: checks arguments, lets nothing throw, watches and reopens.
#include "attention_engine_io.h"
#include "backend.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace {

using namespace attend::io;

constexpr std::int64_t kRetryNs = 500000000, kStallNs = 1000000000;

class VirtualBackend final : public Backend {
public:
    ae_result open(DeviceCore& core, std::string&) override {
        core.opened(0, 0, core.config.rate_hz);
        return AE_OK;
    }
    void close() noexcept override {}
};

std::unique_ptr<Backend> make(int kind) {
    if (kind == AE_IO_JACK) return make_jack();
    if (kind == AE_IO_PORTAUDIO) return make_portaudio();
    return std::make_unique<VirtualBackend>();
}

void say(char* message, std::int32_t size, const std::string& text) {
    if (message != nullptr && size > 0) std::snprintf(message, static_cast<std::size_t>(size), "%s", text.c_str());
}

std::vector<std::string> lines(const char* text) {
    std::vector<std::string> all;
    if (text == nullptr) return all;
    for (const char* at = text;;) {
        const char* end = std::strchr(at, '\n');
        if (end == nullptr) {
            all.emplace_back(at);
            return all;
        }
        all.emplace_back(at, end);
        at = end + 1;
    }
}

bool valid(const ae_io_config& c) noexcept {
    return c.kind >= AE_IO_VIRTUAL && c.kind <= AE_IO_PORTAUDIO && c.inputs >= 0 && c.inputs <= DeviceCore::kMaxChannels && c.outputs >= 0 && c.outputs <= 8 &&
           c.inputs + c.outputs > 0 && c.block_frames >= 0 && c.block_frames <= 8192 && c.ring_frames >= 1024 && c.ring_frames <= (1 << 22) && c.rate_hz >= 8000 &&
           c.rate_hz <= 192000 && (c.kind != AE_IO_JACK || (c.client != nullptr && *c.client != '\0'));
}

DeviceConfig copy(const ae_io_config& c) {
    return {c.kind, c.inputs, c.outputs, c.block_frames, c.ring_frames, c.rate_hz, c.server == nullptr ? "" : c.server, c.client == nullptr ? "" : c.client,
            lines(c.input_names), lines(c.output_names)};
}

}  // namespace

struct ae_io {
    explicit ae_io(const DeviceConfig& config) : core(config), backend(make(config.kind)) {}

    DeviceCore core;
    std::unique_ptr<Backend> backend;
    std::int64_t next_try_ns = 0;
    std::string why;
};

extern "C" {

ae_result ae_io_open(const ae_io_config* config, ae_io** device, char* message, int32_t message_size) {
    say(message, message_size, "");
    if (device == nullptr) return AE_INVALID;
    *device = nullptr;
    if (config == nullptr || !valid(*config)) return AE_INVALID;
    try {
        auto made = std::make_unique<ae_io>(copy(*config));
        std::string why;
        const ae_result result = made->backend->open(made->core, why);
        say(message, message_size, why);
        if (result == AE_OK) *device = made.release();
        return result;
    } catch (...) {  // only allocation can fail in there
        return AE_OUT_OF_MEMORY;
    }
}

void ae_io_close(ae_io* device) {
    if (device == nullptr) return;
    device->backend->close();
    delete device;
}

ae_result ae_io_set_path(ae_io* device, ae_path* path, int32_t microphones, const int32_t* channel, const float* gain) {
    if (device == nullptr) return AE_INVALID;
    const DeviceConfig& c = device->core.config;
    if (path != nullptr) {
        if (c.outputs < 2 || microphones < 1 || microphones > DeviceCore::kMaxChannels || (channel == nullptr && microphones > c.inputs)) return AE_INVALID;
        for (int m = 0; m < microphones; ++m) {
            if (channel != nullptr && (channel[m] < 0 || channel[m] >= c.inputs)) return AE_INVALID;
            if (gain != nullptr && !(gain[m] >= -1e4f && gain[m] <= 1e4f)) return AE_INVALID;
        }
    }
    try {
        device->core.set_path(path, microphones, channel, gain);
        return AE_OK;
    } catch (...) {
        return AE_OUT_OF_MEMORY;
    }
}

ae_result ae_io_play(ae_io* device, int32_t output, const float* samples, int32_t frames) {
    if (device == nullptr || samples == nullptr || frames < 1 || output < 0 || output >= device->core.config.outputs) return AE_INVALID;
    for (int i = 0; i < frames; ++i)
        if (!(samples[i] >= -1.0f && samples[i] <= 1.0f)) return AE_NOT_FINITE;
    try {
        return device->core.play(output, samples, frames) ? AE_OK : AE_INVALID;
    } catch (...) {
        return AE_OUT_OF_MEMORY;
    }
}

ae_result ae_io_read(ae_io* device, float* frames, int32_t max_frames, ae_io_block* block) {
    if (device == nullptr || frames == nullptr || block == nullptr || max_frames < 1) return AE_INVALID;
    return device->core.read(frames, max_frames, *block) ? AE_OK : AE_EMPTY;
}

ae_result ae_io_service(ae_io* device, char* message, int32_t message_size) {
    if (device == nullptr) return AE_INVALID;
    try {
        const std::int64_t now = monotonic_ns();
        const bool silent = device->core.config.kind != AE_IO_VIRTUAL && now - device->core.last_callback_ns() > kStallNs;
        if (!device->core.lost()) {
            if (!silent) {
                say(message, message_size, "");
                return AE_OK;
            }
            device->core.lose();
            device->why = "the device has not called for a second";
        }
        if (now >= device->next_try_ns) {
            device->next_try_ns = now + kRetryNs;
            device->backend->close();
            device->core.restarted();
            std::string why;
            const ae_result result = device->backend->open(device->core, why);
            device->why = why;
            say(message, message_size, why);
            if (result != AE_OK) device->core.restart_failed();
            return result;
        }
        say(message, message_size, device->why.empty() ? "the device or its server has gone" : device->why);
        return AE_IO_MISSING;
    } catch (...) {
        return AE_OUT_OF_MEMORY;
    }
}

ae_result ae_io_get_status(const ae_io* device, ae_io_status* status) {
    if (device == nullptr || status == nullptr) return AE_INVALID;
    device->core.status(*status);
    return AE_OK;
}

ae_result ae_io_list(int32_t kind, const char* server, char* text, int32_t text_size, char* message, int32_t message_size) {
    say(message, message_size, "");
    say(text, text_size, "");
    if (text == nullptr || text_size < 1 || (kind != AE_IO_JACK && kind != AE_IO_PORTAUDIO)) return AE_INVALID;
    try {
        std::string found, why;
        const ae_result result = kind == AE_IO_JACK ? list_jack(server, found, why) : list_portaudio(found, why);
        say(text, text_size, found);
        say(message, message_size, why);
        return result;
    } catch (...) {
        return AE_OUT_OF_MEMORY;
    }
}

ae_result ae_io_drive(ae_io* device, const float* input, float* output, int32_t frames, int64_t time_ns, int64_t lost) {
    if (device == nullptr || device->core.config.kind != AE_IO_VIRTUAL || frames < 0 || lost < 0) return AE_INVALID;
    const DeviceConfig& c = device->core.config;
    if ((c.inputs > 0 && input == nullptr) || (c.outputs > 0 && output == nullptr) || device->core.lost()) return AE_INVALID;
    const float* in[DeviceCore::kMaxChannels];
    float* out[DeviceCore::kMaxChannels];
    for (int i = 0; i < c.inputs; ++i) in[i] = input + static_cast<std::ptrdiff_t>(i) * frames;
    for (int i = 0; i < c.outputs; ++i) out[i] = output + static_cast<std::ptrdiff_t>(i) * frames;
    if (lost > 0) device->core.xrun();
    device->core.run(in, out, frames, {time_ns, lost, 0});
    return AE_OK;
}

ae_result ae_io_unplug(ae_io* device) {
    if (device == nullptr || device->core.config.kind != AE_IO_VIRTUAL) return AE_INVALID;
    device->core.lose();
    return AE_OK;
}

}  // extern "C"
