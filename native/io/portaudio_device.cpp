// A PortAudio stream. A device that is unplugged ends its callbacks; to see it again the library is initialised anew.
#include "backend.h"
#include "portaudio_api.h"

#include <cmath>

namespace attend::io {

namespace {

bool contains(const char* text, const std::string& part) { return part.empty() || std::string(text).find(part) != std::string::npos; }

class PortAudioBackend final : public Backend {
public:
    ~PortAudioBackend() override { close(); }

    ae_result open(DeviceCore& core, std::string& message) override {
        core_ = &core;
        pa_ = portaudio_api(message);
        if (pa_ == nullptr) return AE_IO_MISSING;
        if (const int error = pa_->initialize(); error != 0) {
            message = std::string("PortAudio does not start: ") + pa_->error_text(error);
            return AE_IO_MISSING;
        }
        initialized_ = true;
        const ae_result result = start(message);
        if (result != AE_OK) close();
        return result;
    }

    void close() noexcept override {
        if (stream_ != nullptr) {
            pa_->abort_stream(stream_);
            pa_->close_stream(stream_);
            stream_ = nullptr;
        }
        if (initialized_) pa_->terminate();
        initialized_ = false;
    }

private:
    ae_result start(std::string& message) {
        const DeviceConfig& c = core_->config;
        PaStreamParameters in{}, out{};
        if (c.inputs > 0 && !find(c.input_names, c.inputs, true, in, message)) return AE_IO_MISSING;
        if (c.outputs > 0 && !find(c.output_names, c.outputs, false, out, message)) return AE_IO_MISSING;
        // The low latency of the device; with a block of our own choice, two blocks.
        if (c.block_frames > 0) in.suggested_latency = out.suggested_latency = 2 * c.block_frames / c.rate_hz;
        int error = pa_->open_stream(&stream_, c.inputs > 0 ? &in : nullptr, c.outputs > 0 ? &out : nullptr, c.rate_hz, static_cast<unsigned long>(c.block_frames),
                                     PortAudioApi::kClipOff, callback, this);
        if (error != 0) {
            stream_ = nullptr;
            message = std::string("PortAudio refuses ") + std::to_string(c.inputs) + " inputs and " + std::to_string(c.outputs) + " outputs at " +
                      std::to_string(static_cast<long>(c.rate_hz)) + " Hz: " + pa_->error_text(error) + ". `attend devices` lists what each device has";
            return AE_IO_MISMATCH;
        }
        const PaStreamInfo* info = pa_->stream_info(stream_);
        const double rate = info != nullptr ? info->rate : c.rate_hz;
        if (std::abs(rate - c.rate_hz) > 0.01 * c.rate_hz) {
            message = "PortAudio opened the device at " + std::to_string(rate) + " Hz, expected " + std::to_string(c.rate_hz);
            return AE_IO_MISMATCH;
        }
        core_->opened(info != nullptr ? frames_of(info->input_latency) : 0, info != nullptr ? frames_of(info->output_latency) : 0, rate);
        pa_->set_finished(stream_, [](void* self) { static_cast<PortAudioBackend*>(self)->core_->lose(); });
        error = pa_->start_stream(stream_);
        if (error == 0) return AE_OK;
        message = std::string("PortAudio cannot start the device: ") + pa_->error_text(error);
        return AE_IO_MISSING;
    }

    int frames_of(double seconds) const { return static_cast<int>(std::lround(seconds * core_->config.rate_hz)); }

    bool find(const std::vector<std::string>& names, int channels, bool input, PaStreamParameters& parameters, std::string& message) {
        const std::string wanted = names.empty() ? "" : names[0];
        int found = -1, exact = -1;
        std::string there;
        for (int i = 0; i < pa_->device_count(); ++i) {
            const PaDeviceInfo* info = pa_->device_info(i);
            const PaHostApiInfo* api = info == nullptr ? nullptr : pa_->host_api_info(info->host_api);
            if (api == nullptr || !contains(api->name, core_->config.server) || (input ? info->max_inputs : info->max_outputs) < channels) continue;
            there += (there.empty() ? "`" : ", `") + std::string(info->name) + "` (" + api->name + ")";
            if (wanted == info->name && exact < 0) exact = i;
            if (contains(info->name, wanted) && found < 0) found = i;
            if (wanted.empty() && i == (input ? pa_->default_input() : pa_->default_output())) exact = i;
        }
        const int device = exact >= 0 ? exact : found;
        if (device < 0) {
            message = std::string("PortAudio has no device") + (wanted.empty() ? "" : " `" + wanted + "`") + " with " + std::to_string(channels) + (input ? " inputs" : " outputs") +
                      "; those that have: " + (there.empty() ? "none" : there);
            return false;
        }
        const PaDeviceInfo* info = pa_->device_info(device);
        parameters = {device, channels, PortAudioApi::kFloatPlanar, input ? info->low_input_latency : info->low_output_latency, nullptr};
        return true;
    }

    static int callback(const void* input, void* output, unsigned long frames, const PaTime*, unsigned long flags, void* user) {
        auto* self = static_cast<PortAudioBackend*>(user);
        CallbackTime time;
        time.time_ns = monotonic_ns();
        if ((flags & (PortAudioApi::kInputUnderflow | PortAudioApi::kInputOverflow | PortAudioApi::kOutputUnderflow | PortAudioApi::kOutputOverflow)) != 0) self->core_->xrun();
        self->core_->run(static_cast<const float* const*>(input), static_cast<float* const*>(output), static_cast<int>(frames), time);
        return 0;
    }

    DeviceCore* core_ = nullptr;
    const PortAudioApi* pa_ = nullptr;
    void* stream_ = nullptr;
    bool initialized_ = false;
};

}  // namespace

std::unique_ptr<Backend> make_portaudio() { return std::make_unique<PortAudioBackend>(); }

ae_result list_portaudio(std::string& text, std::string& message) {
    const PortAudioApi* pa = portaudio_api(message);
    if (pa == nullptr) return AE_IO_MISSING;
    if (const int error = pa->initialize(); error != 0) {
        message = std::string("PortAudio does not start: ") + pa->error_text(error);
        return AE_IO_MISSING;
    }
    for (int i = 0; i < pa->device_count(); ++i) {
        const PaDeviceInfo* d = pa->device_info(i);
        const PaHostApiInfo* api = d == nullptr ? nullptr : pa->host_api_info(d->host_api);
        if (api == nullptr) continue;
        text += std::string(api->name) + "\t" + d->name + "\t" + std::to_string(d->max_inputs) + "\t" + std::to_string(d->max_outputs) + "\t" +
                std::to_string(static_cast<long>(d->default_rate)) + "\t" + std::to_string(d->low_input_latency * 1000) + "\t" + std::to_string(d->low_output_latency * 1000) + "\n";
    }
    pa->terminate();
    return AE_OK;
}

}  // namespace attend::io
