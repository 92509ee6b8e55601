// The part of the PortAudio V19 API (http://portaudio.com/docs/v19-doxydocs/) that we call, found in libportaudio.so.2 at run time.
#pragma once
#include "dynamic_library.h"

namespace attend::io {

struct PaTime { double input_adc, current, output_dac; };
struct PaStreamParameters { int device, channels; unsigned long format; double suggested_latency; void* host_specific; };
struct PaDeviceInfo {
    int version; const char* name; int host_api, max_inputs, max_outputs;
    double low_input_latency, low_output_latency, high_input_latency, high_output_latency, default_rate;
};
struct PaHostApiInfo { int version, type; const char* name; int device_count, default_input, default_output; };
struct PaStreamInfo { int version; double input_latency, output_latency, rate; };
using PaCallback = int(const void* input, void* output, unsigned long frames, const PaTime*, unsigned long flags, void* user);

struct PortAudioApi {
    static constexpr unsigned long kFloatPlanar = 0x80000001UL;  // paFloat32 | paNonInterleaved
    static constexpr unsigned long kClipOff = 1, kInputUnderflow = 1, kInputOverflow = 2, kOutputUnderflow = 4, kOutputOverflow = 8;

    PortAudioApi();

    DynamicLibrary library;
    int (*initialize)();
    int (*terminate)();
    const char* (*error_text)(int);
    int (*device_count)();
    const PaDeviceInfo* (*device_info)(int);
    const PaHostApiInfo* (*host_api_info)(int);
    int (*default_input)();
    int (*default_output)();
    int (*open_stream)(void** stream, const PaStreamParameters* in, const PaStreamParameters* out, double rate, unsigned long frames, unsigned long flags, PaCallback*, void* user);
    int (*start_stream)(void*);
    int (*abort_stream)(void*);
    int (*close_stream)(void*);
    int (*is_active)(void*);
    const PaStreamInfo* (*stream_info)(void*);
    int (*set_finished)(void* stream, void (*)(void*));
};

const PortAudioApi* portaudio_api(std::string& message);

}  // namespace attend::io
