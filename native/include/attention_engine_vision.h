/* Cameras, chessboards, face detection and pictures, through OpenCV. A library of its own (OpenCV's video module loads some 245 others), built only where
 * OpenCV's development packages are. Nothing throws across it: where there is a `message`, it says in words what is wrong (UTF-8, cut to its size).
 *
 * Pictures are gray, row-major, top row first, one byte a pixel, no padding. Pixel coordinates are OpenCV's own: the centre of the first pixel is (0, 0).
 * Threads: one object is used by one thread at a time; different objects may run beside each other. OpenCV is kept to the calling thread. */
#ifndef ATTENTION_ENGINE_VISION_H
#define ATTENTION_ENGINE_VISION_H

#include "attention_engine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AE_VISION_MISSING ((ae_result)-5) /* the file, device, host or cascade is not there, or nobody answers */
#define AE_VISION_DAMAGED ((ae_result)-6) /* it is there, but cannot be read as what it should be */
#define AE_VISION_ENDED ((ae_result)2)    /* no more frames: the end of a file, or a camera that is gone */

/* Version of this interface; and of OpenCV in words. */
#define AE_VISION_INTERFACE 1
AE_API int32_t ae_vision_interface(void);
AE_API ae_result ae_vision_library(char* text, int32_t text_size);

/* ---- cameras ---- */
typedef enum ae_camera_kind {
    AE_CAMERA_DEVICE = 0, /* /dev/videoN, through V4L2 */
    AE_CAMERA_FILE = 1,   /* a video file */
    AE_CAMERA_STREAM = 2  /* rtsp://, tcp://, udp://, http:// */
} ae_camera_kind;

typedef struct ae_camera_config {
    const char* source;
    int32_t kind;
    int32_t width_px;    /* wanted of a device; 0 = its own */
    int32_t height_px;
    int32_t timeout_ms;  /* streams: for opening, and for one frame */
    double rate_hz;      /* wanted of a device; 0 = its own */
} ae_camera_config;

typedef struct ae_camera_info {
    int32_t width_px, height_px;
    double rate_hz;  /* as the source says; 0 where it does not */
    int64_t frames;  /* in the file, as its index says; 0 where it does not */
} ae_camera_info;

typedef struct ae_camera_frame {
    int64_t time_ns;       /* CLOCK_MONOTONIC: the driver's own time of the exposure where it gives one, else when the frame was taken from the source */
    double media_s;        /* time in the file or stream; below 0 where there is none */
    double mean;           /* of the luminance, 0..255 */
    double dark_share;     /* of pixels at 16 or less */
    double bright_share;   /* of pixels at 250 or more */
    int32_t same;          /* 1: every pixel as in the frame before */
    int32_t driver_time;   /* 1: time_ns is the driver's */
} ae_camera_frame;

typedef struct ae_camera ae_camera;

AE_API ae_result ae_camera_open(const ae_camera_config* config, ae_camera** camera, ae_camera_info* info, char* message, int32_t message_size);

/* Waits for the next frame. `gray` has room for width * height bytes. A frame of another size than at the start is AE_VISION_DAMAGED. */
AE_API ae_result ae_camera_read(ae_camera* camera, uint8_t* gray, int64_t gray_size, ae_camera_frame* frame, char* message, int32_t message_size);
AE_API void ae_camera_close(ae_camera* camera);

/* ---- pictures ---- */
/* Size of a picture file, or its pixels when `gray` is not NULL (room for gray_size bytes). */
AE_API ae_result ae_picture_read(const char* file, int32_t* width_px, int32_t* height_px, uint8_t* gray, int64_t gray_size, char* message, int32_t message_size);

/* Encodes by the name's ending (".png", ".jpg"). *bytes: room before, bytes written after; AE_INVALID and the bytes needed where the room is too small. */
AE_API ae_result ae_picture_encode(const char* ending, const uint8_t* gray, int32_t width_px, int32_t height_px, uint8_t* encoded, int64_t* bytes, char* message, int32_t message_size);

/* The same picture at another size, by areas. */
AE_API ae_result ae_picture_resize(const uint8_t* gray, int32_t width_px, int32_t height_px, uint8_t* out, int32_t out_width_px, int32_t out_height_px);

/* ---- lens ---- */
typedef struct ae_lens {
    double focal_x_px, focal_y_px, centre_x_px, centre_y_px;
    double distortion[5]; /* k1, k2, p1, p2, k3 of Brown's model, OpenCV's order */
} ae_lens;

/* Inner corners of a chessboard, columns * rows * (x, y); AE_EMPTY where the board is not wholly in the picture. */
AE_API ae_result ae_chessboard_find(const uint8_t* gray, int32_t width_px, int32_t height_px, int32_t columns, int32_t rows, float* corners, char* message, int32_t message_size);

/* Lens from corners of `pictures` pictures. sd_px[4]: standard deviations of focal lengths and centre; view_px[pictures]: root mean square distance of
 * corners and their reprojections. k3 is fitted when `fit_k3`. */
AE_API ae_result ae_chessboard_calibrate(int32_t pictures, int32_t columns, int32_t rows, double square_m, const float* corners, int32_t width_px, int32_t height_px, int32_t fit_k3,
                                         ae_lens* lens, double* reprojection_px, double* sd_px, double* view_px, char* message, int32_t message_size);

/* How well a lens that is given explains corners: the board's pose is fitted, the lens is not. */
AE_API ae_result ae_chessboard_reproject(int32_t pictures, int32_t columns, int32_t rows, double square_m, const float* corners, const ae_lens* lens, double* reprojection_px, double* view_px,
                                         char* message, int32_t message_size);

/* Pixels of the corners under a lens, for a board at a pose (Rodrigues vector and metres, camera axes x right, y down, z forward). For tests and drawings. */
AE_API ae_result ae_chessboard_project(int32_t columns, int32_t rows, double square_m, const double* rotation, const double* position_m, const ae_lens* lens, float* corners);

/* ---- faces ---- */
typedef struct ae_face_box { int32_t x, y, width, height, votes; } ae_face_box;
typedef struct ae_cascade ae_cascade;

/* A cascade classifier's XML file. */
AE_API ae_result ae_cascade_open(const char* file, ae_cascade** cascade, char* message, int32_t message_size);

/* Looks for objects between smallest_px and largest_px (0 = the picture) high in a part of the picture (width 0 = all of it), in its mirror image when `mirrored`.
 * votes: how many windows found the same object. *count: room before, boxes after (the most voted first). Boxes are in the coordinates of the whole picture. */
AE_API ae_result ae_cascade_find(ae_cascade* cascade, const uint8_t* gray, int32_t width_px, int32_t height_px, ae_face_box part, int32_t mirrored, int32_t smallest_px, int32_t largest_px,
                                 double scale_step, int32_t least_votes, ae_face_box* boxes, int32_t* count);
AE_API void ae_cascade_close(ae_cascade* cascade);

#ifdef __cplusplus
}
#endif
#endif
