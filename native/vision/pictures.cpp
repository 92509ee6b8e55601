// Pictures: read, encode, resize; and what the library says of itself.
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <mutex>
#include <sys/stat.h>
#include "boundary.h"

namespace attend::vision {

void prepare() {
    static std::once_flag once;
    std::call_once(once, [] {
        cv::setNumThreads(1);  // one core per caller, as the rest of the engine
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });  // the exception says it
    });
}

}  // namespace attend::vision

using namespace attend::vision;

extern "C" {

int32_t ae_vision_interface(void) { return AE_VISION_INTERFACE; }

ae_result ae_vision_library(char* text, int32_t text_size) {
    return guarded(AE_INVALID, text, text_size, [&] {
        say(text, text_size, "OpenCV " + cv::getVersionString());
        return AE_OK;
    });
}

ae_result ae_picture_read(const char* file, int32_t* width_px, int32_t* height_px, uint8_t* gray, int64_t gray_size, char* message, int32_t message_size) {
    if (file == nullptr || width_px == nullptr || height_px == nullptr) return refuse(AE_INVALID, message, message_size, "no file or no place for the size");
    return guarded(AE_VISION_DAMAGED, message, message_size, [&] {
        prepare();
        struct stat found {};
        if (stat(file, &found) != 0) return refuse(AE_VISION_MISSING, message, message_size, "no such file");
        cv::Mat picture = cv::imread(file, cv::IMREAD_GRAYSCALE | cv::IMREAD_IGNORE_ORIENTATION);
        if (picture.empty()) return refuse(AE_VISION_DAMAGED, message, message_size, "not a picture that OpenCV reads, or damaged");
        *width_px = picture.cols;
        *height_px = picture.rows;
        if (gray == nullptr) return AE_OK;
        if (gray_size < static_cast<int64_t>(picture.total())) return refuse(AE_INVALID, message, message_size, "the picture is larger than the room for it");
        picture.copyTo(cv::Mat(picture.rows, picture.cols, CV_8UC1, gray));
        return AE_OK;
    });
}

ae_result ae_picture_encode(const char* ending, const uint8_t* gray, int32_t width_px, int32_t height_px, uint8_t* encoded, int64_t* bytes, char* message, int32_t message_size) {
    if (ending == nullptr || gray == nullptr || encoded == nullptr || bytes == nullptr || width_px < 1 || height_px < 1) return refuse(AE_INVALID, message, message_size, "no picture or no room");
    return guarded(AE_INVALID, message, message_size, [&] {
        prepare();
        std::vector<uint8_t> buffer;
        if (!cv::imencode(ending, cv::Mat(height_px, width_px, CV_8UC1, const_cast<uint8_t*>(gray)), buffer)) return refuse(AE_INVALID, message, message_size, "OpenCV cannot write such a picture");
        const bool fits = static_cast<int64_t>(buffer.size()) <= *bytes;
        *bytes = static_cast<int64_t>(buffer.size());
        if (!fits) return refuse(AE_INVALID, message, message_size, "the room is too small");
        std::memcpy(encoded, buffer.data(), buffer.size());
        return AE_OK;
    });
}

ae_result ae_picture_resize(const uint8_t* gray, int32_t width_px, int32_t height_px, uint8_t* out, int32_t out_width_px, int32_t out_height_px) {
    if (gray == nullptr || out == nullptr || width_px < 1 || height_px < 1 || out_width_px < 1 || out_height_px < 1) return AE_INVALID;
    return guarded(AE_INVALID, nullptr, 0, [&] {
        prepare();
        cv::Mat to(out_height_px, out_width_px, CV_8UC1, out);
        cv::resize(cv::Mat(height_px, width_px, CV_8UC1, const_cast<uint8_t*>(gray)), to, to.size(), 0, 0, out_width_px < width_px ? cv::INTER_AREA : cv::INTER_LINEAR);
        return AE_OK;
    });
}

}  // extern "C"
