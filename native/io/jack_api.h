// The part of the JACK API (https://jackaudio.org/api/) that we call, found in libjack.so.0 at run time: JACK 2, JACK 1 or PipeWire's.
#pragma once
#include "dynamic_library.h"

#include <cstdint>

namespace attend::io {

struct jack_client_t;  // opaque
struct jack_port_t;

struct JackLatency { std::uint32_t min, max; };

struct JackApi {
    static constexpr int kNoStartServer = 0x01, kUseExactName = 0x02, kServerName = 0x04;
    static constexpr int kNameNotUnique = 0x04, kServerFailed = 0x10, kServerError = 0x20, kVersionError = 0x400;  // bits of jack_status_t
    static constexpr unsigned long kPortIsInput = 1, kPortIsOutput = 2;
    static constexpr int kCaptureLatency = 0, kPlaybackLatency = 1;
    static constexpr const char* kAudio = "32 bit float mono audio";

    JackApi();

    DynamicLibrary library;
    jack_client_t* (*client_open)(const char* name, int options, int* status, ...);
    int (*client_close)(jack_client_t*);
    int (*activate)(jack_client_t*);
    int (*deactivate)(jack_client_t*);
    int (*set_process_callback)(jack_client_t*, int (*)(std::uint32_t, void*), void*);
    int (*set_xrun_callback)(jack_client_t*, int (*)(void*), void*);
    int (*set_latency_callback)(jack_client_t*, void (*)(int, void*), void*);
    void (*on_shutdown)(jack_client_t*, void (*)(void*), void*);
    jack_port_t* (*port_register)(jack_client_t*, const char* name, const char* type, unsigned long flags, unsigned long size);
    void* (*port_get_buffer)(jack_port_t*, std::uint32_t);
    const char* (*port_name)(const jack_port_t*);
    jack_port_t* (*port_by_name)(jack_client_t*, const char*);
    void (*port_get_latency_range)(jack_port_t*, int mode, JackLatency*);
    int (*connect)(jack_client_t*, const char* from, const char* to);
    const char** (*get_ports)(jack_client_t*, const char* name, const char* type, unsigned long flags);
    void (*free)(void*);
    std::uint32_t (*get_sample_rate)(jack_client_t*);
    std::uint32_t (*get_buffer_size)(jack_client_t*);
    std::uint32_t (*last_frame_time)(const jack_client_t*);
    void (*set_error_function)(void (*)(const char*));
    void (*set_info_function)(void (*)(const char*));
};

// Loaded once; nullptr with a message where it is absent.
const JackApi* jack_api(std::string& message);

}  // namespace attend::io
