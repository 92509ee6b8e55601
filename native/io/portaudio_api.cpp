#include "portaudio_api.h"

namespace attend::io {

namespace {

using AlsaHandler = void (*)(const char* file, int line, const char* function, int error, const char* format, ...);
void quiet(const char*, int, const char*, int, const char*, ...) {}

// PortAudio asks ALSA for every device that its configuration could name; ALSA writes a page to stderr about those that are not there.
void quiet_alsa() {
    void* alsa = dlopen("libasound.so.2", RTLD_NOW | RTLD_NOLOAD);
    if (alsa == nullptr) return;
    if (auto* set = reinterpret_cast<int (*)(AlsaHandler)>(dlsym(alsa, "snd_lib_error_set_handler"))) set(quiet);
}

}  // namespace

PortAudioApi::PortAudioApi() : library("libportaudio.so.2") {
    quiet_alsa();
    library.find(initialize, "Pa_Initialize");
    library.find(terminate, "Pa_Terminate");
    library.find(error_text, "Pa_GetErrorText");
    library.find(device_count, "Pa_GetDeviceCount");
    library.find(device_info, "Pa_GetDeviceInfo");
    library.find(host_api_info, "Pa_GetHostApiInfo");
    library.find(default_input, "Pa_GetDefaultInputDevice");
    library.find(default_output, "Pa_GetDefaultOutputDevice");
    library.find(open_stream, "Pa_OpenStream");
    library.find(start_stream, "Pa_StartStream");
    library.find(abort_stream, "Pa_AbortStream");
    library.find(close_stream, "Pa_CloseStream");
    library.find(is_active, "Pa_IsStreamActive");
    library.find(stream_info, "Pa_GetStreamInfo");
    library.find(set_finished, "Pa_SetStreamFinishedCallback");
}

const PortAudioApi* portaudio_api(std::string& message) {
    static const PortAudioApi api;
    if (api.library) return &api;
    message = "the PortAudio library cannot be loaded (" + api.library.error() + "). Install it: apt-get install libportaudio2";
    return nullptr;
}

}  // namespace attend::io
