// Cascade classifiers (Viola & Jones 2001, doi:10.1109/CVPR.2001.990517; the files are of Debian's opencv-data).
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <algorithm>
#include <memory>
#include <sys/stat.h>
#include <vector>
#include "boundary.h"

using namespace attend::vision;

struct ae_cascade {
    cv::CascadeClassifier classifier;
    cv::Mat part;  // reused
    std::vector<cv::Rect> found;
    std::vector<int> votes;
    std::vector<ae_face_box> boxes;
};

extern "C" {

ae_result ae_cascade_open(const char* file, ae_cascade** cascade, char* message, int32_t message_size) {
    if (file == nullptr || cascade == nullptr) return refuse(AE_INVALID, message, message_size, "no file or no place for the cascade");
    *cascade = nullptr;
    return guarded(AE_VISION_DAMAGED, message, message_size, [&] {
        prepare();
        struct stat found {};
        if (stat(file, &found) != 0) return refuse(AE_VISION_MISSING, message, message_size, "no such file");
        auto made = std::make_unique<ae_cascade>();
        if (!made->classifier.load(file) || made->classifier.empty()) return refuse(AE_VISION_DAMAGED, message, message_size, "not a cascade classifier");
        *cascade = made.release();
        return AE_OK;
    });
}

ae_result ae_cascade_find(ae_cascade* cascade, const uint8_t* gray, int32_t width_px, int32_t height_px, ae_face_box part, int32_t mirrored, int32_t smallest_px, int32_t largest_px,
                          double scale_step, int32_t least_votes, ae_face_box* boxes, int32_t* count) {
    if (cascade == nullptr || gray == nullptr || boxes == nullptr || count == nullptr || width_px < 1 || height_px < 1 || !(scale_step > 1.001) || !(scale_step < 3) || least_votes < 0) return AE_INVALID;
    const int32_t room = *count;
    *count = 0;
    return guarded(AE_INVALID, nullptr, 0, [&] {
        const cv::Mat picture(height_px, width_px, CV_8UC1, const_cast<uint8_t*>(gray));
        const cv::Rect window = (part.width > 0 ? cv::Rect(part.x, part.y, part.width, part.height) : cv::Rect(0, 0, width_px, height_px)) & cv::Rect(0, 0, width_px, height_px);
        if (window.width < smallest_px || window.height < smallest_px) return AE_OK;
        cv::Mat look = picture(window);
        if (mirrored) {
            cv::flip(look, cascade->part, 1);
            look = cascade->part;
        }
        const cv::Size most = largest_px > 0 ? cv::Size(largest_px, largest_px) : cv::Size();
        cascade->classifier.detectMultiScale(look, cascade->found, cascade->votes, scale_step, least_votes, 0, {smallest_px, smallest_px}, most);
        cascade->boxes.clear();
        for (std::size_t i = 0; i < cascade->found.size(); ++i) {
            const cv::Rect& r = cascade->found[i];
            cascade->boxes.push_back({window.x + (mirrored ? window.width - r.x - r.width : r.x), window.y + r.y, r.width, r.height, cascade->votes[i]});
        }
        std::stable_sort(cascade->boxes.begin(), cascade->boxes.end(), [](const ae_face_box& a, const ae_face_box& b) { return a.votes > b.votes; });
        *count = std::min<int32_t>(room, static_cast<int32_t>(cascade->boxes.size()));
        std::copy_n(cascade->boxes.begin(), *count, boxes);
        return AE_OK;
    });
}

void ae_cascade_close(ae_cascade* cascade) {
    guarded(AE_INVALID, nullptr, 0, [&] {
        delete cascade;
        return AE_OK;
    });
}

}  // extern "C"
