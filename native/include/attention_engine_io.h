/* Audio devices: full duplex, the path of attention_engine.h inside the device's own callback. Nothing is linked: libjack.so.0 and
 * libportaudio.so.2 are loaded when a device of their kind is asked for.
 *
 * Threads: the device's callback runs the path, writes the ring and reads the clock; it allocates, locks and waits for nothing. One (other)
 * thread calls ae_io_read and ae_io_service; ae_io_get_status may be called from any. All the rest must not run beside another call on that device. */
#ifndef ATTENTION_ENGINE_IO_H
#define ATTENTION_ENGINE_IO_H

#include "attention_engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* More results of the functions below. Where there is a `message`, it says in words what is wrong (UTF-8, cut to its size, never NULL). */
#define AE_IO_MISSING ((ae_result)-5)  /* the library, the server, a device or a port is not there */
#define AE_IO_MISMATCH ((ae_result)-6) /* it is there, but with another rate or too few channels */

typedef enum ae_io_kind {
    AE_IO_VIRTUAL = 0, /* no device: the caller drives the callback with ae_io_drive */
    AE_IO_JACK = 1,
    AE_IO_PORTAUDIO = 2
} ae_io_kind;

typedef enum ae_io_state {
    AE_IO_RUNNING = 1,
    AE_IO_LOST = 2 /* server gone, device unplugged, or no callback for a second: ae_io_service tries to get it back */
} ae_io_state;

typedef struct ae_io_config {
    int32_t kind;
    int32_t inputs;           /* channels, 0..64 */
    int32_t outputs;          /* channels, 0..8; inputs + outputs > 0 */
    int32_t block_frames;     /* PortAudio: frames of a callback, 0 = its choice; JACK: the server decides */
    int32_t ring_frames;      /* how far the reader may be behind, 1024..2^22 */
    double rate_hz;           /* 8000..192000; a device that runs at another is refused */
    const char* server;       /* JACK: name of the server, NULL = its default; PortAudio: a part of the host API's name, NULL = any */
    const char* client;       /* JACK: name of the client; used exactly */
    const char* input_names;  /* JACK: one port to connect to each input, one a line, an empty line leaves it unconnected; NULL = none.
                               * PortAudio: the device, its whole name or a part of it; NULL = the default */
    const char* output_names;
} ae_io_config;

typedef struct ae_io_block {
    int64_t first_sample;  /* index of the first frame: frames seen and frames lost in xruns since the first open */
    int64_t time_ns;       /* CLOCK_MONOTONIC at the entry of the callback that brought the last frame of this read */
    int64_t lost_before;   /* frames lost between the frame before and the first of these */
    int64_t server_frame;  /* JACK: frame time of the first frame, 32 bits; else 0 */
    int32_t frames;
    int32_t behind;        /* frames of the same callback that came after the last of these: they end at time_ns, these end `behind` earlier */
    int32_t restarts;      /* how often the device had been got back when this came */
} ae_io_block;

typedef struct ae_io_status {
    int32_t state;           /* ae_io_state */
    int32_t block_frames;    /* of the last callback; 0 before the first */
    int64_t samples;         /* frames seen */
    int64_t lost_samples;    /* frames that the device or server lost in xruns, by its own count */
    int64_t dropped_samples; /* frames that found the ring full: the reader was too slow */
    int64_t xruns;           /* reported by the device or server */
    int64_t block_changes;   /* callbacks with another number of frames than the one before */
    int64_t callback_ns_max; /* longest callback, by the clock */
    int64_t stimulus_sample; /* index of the frame at which the stimulus began, -1 = not yet */
    int32_t restarts;
    int32_t input_latency_frames;  /* from converter to callback and from callback to converter, as the device says */
    int32_t output_latency_frames;
    double rate_hz;
} ae_io_status;

typedef struct ae_io ae_io;

/* Opens and starts: the callback runs from here on, inputs go to the ring, outputs are silent. */
AE_API ae_result ae_io_open(const ae_io_config* config, ae_io** device, char* message, int32_t message_size);
AE_API void ae_io_close(ae_io* device);

/* The path to run in the callback; NULL = none (silence). The path's first output is the device's left ear. When this returns, the callback uses the path
 * before no more. channel: [microphones] which input each of the path's microphones is; gain: [microphones] linear, negative turns the polarity; the ring
 * gets the inputs as they came. Needs two outputs, and no stimulus. After a restart the outputs come back with a ramp of 50 ms. */
AE_API ae_result ae_io_set_path(ae_io* device, ae_path* path, int32_t microphones, const int32_t* channel, const float* gain);

/* Plays samples once, as they are, at one output, from the next callback on (see stimulus_sample); copied. For measurements; not while a path is set. */
AE_API ae_result ae_io_play(ae_io* device, int32_t output, const float* samples, int32_t frames);

/* Oldest frames: interleaved [frames x (inputs + outputs)], inputs as they came and what was played; never frames of two restarts or around a loss.
 * AE_EMPTY: nothing yet. */
AE_API ae_result ae_io_read(ae_io* device, float* frames, int32_t max_frames, ae_io_block* block);

/* Reader's thread, often: sees a device that has stopped and, twice a second, tries to open it again. The message says why it is lost. */
AE_API ae_result ae_io_service(ae_io* device, char* message, int32_t message_size);

AE_API ae_result ae_io_get_status(const ae_io* device, ae_io_status* status);

/* What there is, one line each, fields separated by tabs. JACK: "in" or "out" (as we see it), port, rate, frames of a block, latency in frames.
 * PortAudio: host API, device, inputs, outputs, default rate, low input latency in ms, low output latency in ms. */
AE_API ae_result ae_io_list(int32_t kind, const char* server, char* text, int32_t text_size, char* message, int32_t message_size);

/* AE_IO_VIRTUAL only: one callback. input: planar [inputs x frames], output: planar [outputs x frames]; lost: frames lost before it. */
AE_API ae_result ae_io_drive(ae_io* device, const float* input, float* output, int32_t frames, int64_t time_ns, int64_t lost);

/* AE_IO_VIRTUAL only: the device goes, as if unplugged; the next service gets it back. */
AE_API ae_result ae_io_unplug(ae_io* device);

#ifdef __cplusplus
}
#endif
#endif
