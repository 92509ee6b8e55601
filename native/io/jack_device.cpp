// A client of a JACK server. The server may go and come; the device is then opened anew.
#include "backend.h"
#include "jack_api.h"

#include <array>
#include <cmath>
#include <cerrno>
#include <vector>

namespace attend::io {

namespace {

std::string named(const std::string& server) { return server.empty() ? "the default JACK server" : "the JACK server `" + server + "`"; }

jack_client_t* open_client(const JackApi& jack, const std::string& name, const std::string& server, int exact, std::string& message) {
    int status = 0;
    jack_client_t* client = server.empty() ? jack.client_open(name.c_str(), JackApi::kNoStartServer | exact, &status)
                                           : jack.client_open(name.c_str(), JackApi::kNoStartServer | exact | JackApi::kServerName, &status, server.c_str());
    if (client != nullptr) return client;
    if ((status & JackApi::kServerFailed) == 0 && (status & (JackApi::kNameNotUnique | JackApi::kServerError)) != 0)  // JACK 2 says no more than "server error"
        message = named(server) + " has a client `" + name + "` already: end the other program, or give another client name";
    else if ((status & JackApi::kVersionError) != 0)
        message = named(server) + " speaks another protocol version than the installed libjack: install both from one package";
    else
        message = named(server) + " does not answer: start it (for example: jackd -d alsa), as the same user";
    return nullptr;
}

std::string ports(const JackApi& jack, jack_client_t* client, unsigned long flags) {
    std::string text;
    const char** names = jack.get_ports(client, nullptr, JackApi::kAudio, flags);
    for (int i = 0; names != nullptr && names[i] != nullptr; ++i) text += std::string(i > 0 ? ", " : "") + names[i];
    if (names != nullptr) jack.free(names);
    return text.empty() ? "none" : text;
}

class JackBackend final : public Backend {
public:
    ~JackBackend() override { close(); }

    ae_result open(DeviceCore& core, std::string& message) override {
        core_ = &core;
        jack_ = jack_api(message);
        if (jack_ == nullptr) return AE_IO_MISSING;
        const DeviceConfig& c = core.config;
        client_ = open_client(*jack_, c.client, c.server, JackApi::kUseExactName, message);
        if (client_ == nullptr) return AE_IO_MISSING;
        const ae_result result = start(message);
        if (result != AE_OK) close();
        return result;
    }

    void close() noexcept override {
        if (client_ == nullptr) return;
        jack_->client_close(client_);  // ends the callback's thread first
        client_ = nullptr;
        inputs_.clear();
        outputs_.clear();
    }

private:
    ae_result start(std::string& message) {
        const DeviceConfig& c = core_->config;
        const double rate = jack_->get_sample_rate(client_);
        if (std::abs(rate - c.rate_hz) > 0.5) {
            message = named(c.server) + " runs at " + std::to_string(static_cast<long>(rate)) + " Hz, expected " + std::to_string(static_cast<long>(c.rate_hz)) +
                      " Hz: start it with -r " + std::to_string(static_cast<long>(c.rate_hz)) + ", or set the rig's array.rate_hz";
            return AE_IO_MISMATCH;
        }
        for (int i = 0; i < c.inputs; ++i) inputs_.push_back(port("in_" + std::to_string(i + 1), JackApi::kPortIsInput));
        for (int i = 0; i < c.outputs; ++i) outputs_.push_back(port("out_" + std::to_string(i + 1), JackApi::kPortIsOutput));
        for (jack_port_t* p : inputs_) if (p == nullptr) return no_port(message);
        for (jack_port_t* p : outputs_) if (p == nullptr) return no_port(message);
        known_frame_ = false;
        jack_->set_process_callback(client_, [](std::uint32_t frames, void* self) { return static_cast<JackBackend*>(self)->process(frames); }, this);
        jack_->set_xrun_callback(client_, [](void* self) { static_cast<JackBackend*>(self)->core_->xrun(); return 0; }, this);
        jack_->set_latency_callback(client_, [](int, void* self) { static_cast<JackBackend*>(self)->read_latency(); }, this);
        jack_->on_shutdown(client_, [](void* self) { static_cast<JackBackend*>(self)->core_->lose(); }, this);
        core_->opened(0, 0, rate);
        if (jack_->activate(client_) != 0) {
            message = named(c.server) + " refuses to activate the client";
            return AE_IO_MISSING;
        }
        for (std::size_t i = 0; i < inputs_.size() && i < c.input_names.size(); ++i)
            if (!wire(c.input_names[i], jack_->port_name(inputs_[i]), c.input_names[i], JackApi::kPortIsOutput, message)) return AE_IO_MISSING;
        for (std::size_t i = 0; i < outputs_.size() && i < c.output_names.size(); ++i)
            if (!wire(jack_->port_name(outputs_[i]), c.output_names[i], c.output_names[i], JackApi::kPortIsInput, message)) return AE_IO_MISSING;
        read_latency();
        return AE_OK;
    }

    jack_port_t* port(const std::string& name, unsigned long flags) { return jack_->port_register(client_, name.c_str(), JackApi::kAudio, flags, 0); }

    ae_result no_port(std::string& message) const {
        message = named(core_->config.server) + " gives no more ports: start it with more (-p of jackd)";
        return AE_IO_MISSING;
    }

    bool wire(const std::string& from, const std::string& to, const std::string& wanted, unsigned long flags, std::string& message) {
        if (wanted.empty()) return true;
        const int result = jack_->connect(client_, from.c_str(), to.c_str());
        if (result == 0 || result == EEXIST) return true;
        message = named(core_->config.server) + " cannot connect `" + from + "` to `" + to + "`; it has: " + ports(*jack_, client_, flags);
        return false;
    }

    // A server thread, when wires change; and once at the start.
    void read_latency() {
        auto longest = [this](const std::vector<jack_port_t*>& list, int mode) {
            std::uint32_t most = 0;
            for (jack_port_t* p : list) {
                JackLatency range{0, 0};
                jack_->port_get_latency_range(p, mode, &range);
                most = std::max(most, range.max);
            }
            return static_cast<int>(most);
        };
        core_->set_latency(longest(inputs_, JackApi::kCaptureLatency), longest(outputs_, JackApi::kPlaybackLatency));
    }

    int process(std::uint32_t frames) noexcept {
        CallbackTime time;
        time.time_ns = monotonic_ns();
        const std::uint32_t frame = jack_->last_frame_time(client_);
        const auto jump = static_cast<std::int32_t>(frame - next_frame_);  // wraps with the server's 32 bits
        if (known_frame_ && jump > 0) time.lost = jump;
        time.server_frame = frame;
        next_frame_ = frame + frames;
        known_frame_ = true;
        const float* in[DeviceCore::kMaxChannels];
        float* out[DeviceCore::kMaxChannels];
        for (std::size_t i = 0; i < inputs_.size(); ++i) in[i] = static_cast<const float*>(jack_->port_get_buffer(inputs_[i], frames));
        for (std::size_t i = 0; i < outputs_.size(); ++i) out[i] = static_cast<float*>(jack_->port_get_buffer(outputs_[i], frames));
        core_->run(in, out, static_cast<int>(frames), time);
        return 0;
    }

    DeviceCore* core_ = nullptr;
    const JackApi* jack_ = nullptr;
    jack_client_t* client_ = nullptr;
    std::vector<jack_port_t*> inputs_, outputs_;
    std::uint32_t next_frame_ = 0;
    bool known_frame_ = false;
};

}  // namespace

std::unique_ptr<Backend> make_jack() { return std::make_unique<JackBackend>(); }

ae_result list_jack(const char* server, std::string& text, std::string& message) {
    const JackApi* jack = jack_api(message);
    if (jack == nullptr) return AE_IO_MISSING;
    jack_client_t* client = open_client(*jack, "attend-list", server == nullptr ? "" : server, 0, message);
    if (client == nullptr) return AE_IO_MISSING;
    const std::string rate = std::to_string(jack->get_sample_rate(client)) + "\t" + std::to_string(jack->get_buffer_size(client));
    for (const auto flags : {JackApi::kPortIsOutput, JackApi::kPortIsInput}) {  // what they put out is our input
        const char** names = jack->get_ports(client, nullptr, JackApi::kAudio, flags);
        for (int i = 0; names != nullptr && names[i] != nullptr; ++i) {
            JackLatency range{0, 0};
            jack_port_t* port = jack->port_by_name(client, names[i]);
            if (port != nullptr) jack->port_get_latency_range(port, flags == JackApi::kPortIsOutput ? JackApi::kCaptureLatency : JackApi::kPlaybackLatency, &range);
            text += std::string(flags == JackApi::kPortIsOutput ? "in" : "out") + "\t" + names[i] + "\t" + rate + "\t" + std::to_string(range.max) + "\n";
        }
        if (names != nullptr) jack->free(names);
    }
    jack->client_close(client);
    return AE_OK;
}

}  // namespace attend::io
