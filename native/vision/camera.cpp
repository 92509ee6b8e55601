// Cameras: devices (V4L2), files and network streams (FFmpeg), each frame with its time and what it looks like.
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <sys/stat.h>
#include <vector>
#include "boundary.h"

using namespace attend::vision;

struct ae_camera {
    cv::VideoCapture capture;
    int32_t kind = 0;
    int32_t width = 0, height = 0;
    cv::Mat picture;             // as decoded
    std::vector<uint8_t> before; // luminance of the frame before, to see a frozen camera
    bool has_before = false;
};

namespace {

constexpr double DriverTimeLimitS = 2;  // a driver's time further from now is on another clock

int64_t now_ns() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

bool exists(const char* path) {
    struct stat found {};
    return stat(path, &found) == 0;
}

ae_result open(const ae_camera_config& config, ae_camera& camera, char* message, int32_t message_size) {
    camera.kind = config.kind;
    const std::vector<int> limits{cv::CAP_PROP_OPEN_TIMEOUT_MSEC, config.timeout_ms, cv::CAP_PROP_READ_TIMEOUT_MSEC, config.timeout_ms};
    switch (config.kind) {
        case AE_CAMERA_DEVICE:
            if (!exists(config.source)) return refuse(AE_VISION_MISSING, message, message_size, "no such device");
            if (!camera.capture.open(config.source, cv::CAP_V4L2)) return refuse(AE_VISION_MISSING, message, message_size, "V4L2 cannot open it: it is in use, not a camera, or not permitted");
            if (config.width_px > 0) camera.capture.set(cv::CAP_PROP_FRAME_WIDTH, config.width_px);
            if (config.height_px > 0) camera.capture.set(cv::CAP_PROP_FRAME_HEIGHT, config.height_px);
            if (config.rate_hz > 0) camera.capture.set(cv::CAP_PROP_FPS, config.rate_hz);
            return AE_OK;
        case AE_CAMERA_FILE:
            if (!exists(config.source)) return refuse(AE_VISION_MISSING, message, message_size, "no such file");
            if (!camera.capture.open(config.source, cv::CAP_FFMPEG)) return refuse(AE_VISION_DAMAGED, message, message_size, "not a video that FFmpeg reads, or damaged");
            return AE_OK;
        case AE_CAMERA_STREAM:
            setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp", 0);  // over UDP a lost packet is a broken picture
            if (!camera.capture.open(config.source, cv::CAP_FFMPEG, limits)) return refuse(AE_VISION_MISSING, message, message_size, "nobody answers there, or not with a video");
            return AE_OK;
        default:
            return refuse(AE_INVALID, message, message_size, "unknown kind of camera");
    }
}

void describe(const uint8_t* gray, std::size_t size, ae_camera& camera, ae_camera_frame& frame) {
    uint64_t sum = 0, dark = 0, bright = 0;
    for (std::size_t i = 0; i < size; ++i) {
        sum += gray[i];
        dark += gray[i] <= 16;
        bright += gray[i] >= 250;
    }
    const double count = static_cast<double>(size);
    frame.mean = static_cast<double>(sum) / count;
    frame.dark_share = static_cast<double>(dark) / count;
    frame.bright_share = static_cast<double>(bright) / count;
    frame.same = camera.has_before && std::memcmp(gray, camera.before.data(), size) == 0;
    std::memcpy(camera.before.data(), gray, size);
    camera.has_before = true;
}

}  // namespace

extern "C" {

ae_result ae_camera_open(const ae_camera_config* config, ae_camera** camera, ae_camera_info* info, char* message, int32_t message_size) {
    if (config == nullptr || camera == nullptr || info == nullptr || config->source == nullptr) return refuse(AE_INVALID, message, message_size, "no source or no place for the camera");
    *camera = nullptr;
    return guarded(AE_VISION_DAMAGED, message, message_size, [&] {
        prepare();
        auto made = std::make_unique<ae_camera>();
        if (const ae_result opened = open(*config, *made, message, message_size); opened != AE_OK) return opened;
        made->width = static_cast<int32_t>(made->capture.get(cv::CAP_PROP_FRAME_WIDTH));
        made->height = static_cast<int32_t>(made->capture.get(cv::CAP_PROP_FRAME_HEIGHT));
        if (made->width < 1 || made->height < 1 || static_cast<int64_t>(made->width) * made->height > (1 << 28)) return refuse(AE_VISION_DAMAGED, message, message_size, "it has no picture size that can be used");
        const double rate = made->capture.get(cv::CAP_PROP_FPS), frames = config->kind == AE_CAMERA_FILE ? made->capture.get(cv::CAP_PROP_FRAME_COUNT) : 0;
        *info = {made->width, made->height, std::isfinite(rate) && rate > 0 && rate < 1000 ? rate : 0, std::isfinite(frames) && frames > 0 && frames < 1e12 ? static_cast<int64_t>(frames) : 0};
        made->before.resize(static_cast<std::size_t>(made->width) * static_cast<std::size_t>(made->height));
        *camera = made.release();
        return AE_OK;
    });
}

ae_result ae_camera_read(ae_camera* camera, uint8_t* gray, int64_t gray_size, ae_camera_frame* frame, char* message, int32_t message_size) {
    if (camera == nullptr || gray == nullptr || frame == nullptr) return refuse(AE_INVALID, message, message_size, "no camera or no room");
    if (gray_size < static_cast<int64_t>(camera->before.size())) return refuse(AE_INVALID, message, message_size, "the room is smaller than the picture");
    return guarded(AE_VISION_ENDED, message, message_size, [&] {
        *frame = {};
        if (!camera->capture.grab()) return refuse(AE_VISION_ENDED, message, message_size, "no more frames");
        frame->time_ns = now_ns();
        const double position_s = camera->capture.get(cv::CAP_PROP_POS_MSEC) * 1e-3;
        if (camera->kind == AE_CAMERA_DEVICE) {
            frame->media_s = -1;
            if (std::fabs(position_s - static_cast<double>(frame->time_ns) * 1e-9) < DriverTimeLimitS) {
                frame->time_ns = static_cast<int64_t>(position_s * 1e9);
                frame->driver_time = 1;
            }
        } else {
            frame->media_s = std::isfinite(position_s) ? position_s : -1;
        }
        if (!camera->capture.retrieve(camera->picture) || camera->picture.empty()) return refuse(AE_VISION_ENDED, message, message_size, "a frame could not be decoded");
        if (camera->picture.cols != camera->width || camera->picture.rows != camera->height)
            return refuse(AE_VISION_DAMAGED, message, message_size, "the picture changed its size to " + std::to_string(camera->picture.cols) + "x" + std::to_string(camera->picture.rows));
        cv::Mat to(camera->height, camera->width, CV_8UC1, gray);
        if (camera->picture.channels() == 1) camera->picture.copyTo(to);
        else cv::cvtColor(camera->picture, to, cv::COLOR_BGR2GRAY);
        describe(gray, camera->before.size(), *camera, *frame);
        return AE_OK;
    });
}

void ae_camera_close(ae_camera* camera) {
    guarded(AE_INVALID, nullptr, 0, [&] {
        delete camera;
        return AE_OK;
    });
}

}  // extern "C"
