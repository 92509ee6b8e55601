#include "jack_api.h"

namespace attend::io {

namespace {
void quiet(const char*) {}  // what went wrong is said by our results; libjack would write to stderr from any thread
}

JackApi::JackApi() : library("libjack.so.0") {
    library.find(client_open, "jack_client_open");
    library.find(client_close, "jack_client_close");
    library.find(activate, "jack_activate");
    library.find(deactivate, "jack_deactivate");
    library.find(set_process_callback, "jack_set_process_callback");
    library.find(set_xrun_callback, "jack_set_xrun_callback");
    library.find(set_latency_callback, "jack_set_latency_callback");
    library.find(on_shutdown, "jack_on_shutdown");
    library.find(port_register, "jack_port_register");
    library.find(port_get_buffer, "jack_port_get_buffer");
    library.find(port_name, "jack_port_name");
    library.find(port_by_name, "jack_port_by_name");
    library.find(port_get_latency_range, "jack_port_get_latency_range");
    library.find(connect, "jack_connect");
    library.find(get_ports, "jack_get_ports");
    library.find(free, "jack_free");
    library.find(get_sample_rate, "jack_get_sample_rate");
    library.find(get_buffer_size, "jack_get_buffer_size");
    library.find(last_frame_time, "jack_last_frame_time");
    library.find(set_error_function, "jack_set_error_function");
    library.find(set_info_function, "jack_set_info_function");
    if (!library) return;
    set_error_function(quiet);
    set_info_function(quiet);
}

const JackApi* jack_api(std::string& message) {
    static const JackApi api;
    if (api.library) return &api;
    message = "the JACK library cannot be loaded (" + api.library.error() + "). Install it: apt-get install libjack-jackd2-0 (with a server: jackd2)";
    return nullptr;
}

}  // namespace attend::io
