// Lens from pictures of a chessboard (Zhang 2000, doi:10.1109/34.888718, as OpenCV does it), and a given lens checked by reprojection.
#include <opencv2/calib3d.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <cmath>
#include <vector>
#include "boundary.h"

using namespace attend::vision;

namespace {

std::vector<cv::Point3f> board(int32_t columns, int32_t rows, double square_m) {
    std::vector<cv::Point3f> points;
    for (int32_t r = 0; r < rows; ++r)
        for (int32_t c = 0; c < columns; ++c) points.emplace_back(static_cast<float>(c * square_m), static_cast<float>(r * square_m), 0.0f);
    return points;
}

std::vector<std::vector<cv::Point2f>> views(int32_t pictures, int32_t corners, const float* values) {
    std::vector<std::vector<cv::Point2f>> all(static_cast<std::size_t>(pictures));
    for (auto& view : all)
        for (int32_t i = 0; i < corners; ++i, values += 2) view.emplace_back(values[0], values[1]);
    return all;
}

cv::Matx33d matrix(const ae_lens& lens) { return {lens.focal_x_px, 0, lens.centre_x_px, 0, lens.focal_y_px, lens.centre_y_px, 0, 0, 1}; }

cv::Mat distortion(const ae_lens& lens) { return cv::Mat(1, 5, CV_64F, const_cast<double*>(lens.distortion)).clone(); }

bool valid(int32_t pictures, int32_t columns, int32_t rows, double square_m, const float* corners) {
    return pictures >= 1 && pictures <= 1000 && columns >= 3 && columns <= 64 && rows >= 3 && rows <= 64 && square_m > 0 && corners != nullptr;
}

}  // namespace

extern "C" {

ae_result ae_chessboard_find(const uint8_t* gray, int32_t width_px, int32_t height_px, int32_t columns, int32_t rows, float* corners, char* message, int32_t message_size) {
    if (gray == nullptr || width_px < 16 || height_px < 16 || !valid(1, columns, rows, 1, corners)) return refuse(AE_INVALID, message, message_size, "no picture, or a board that is not 3 to 64 by 3 to 64 corners");
    return guarded(AE_INVALID, message, message_size, [&] {
        prepare();
        const cv::Mat picture(height_px, width_px, CV_8UC1, const_cast<uint8_t*>(gray));
        std::vector<cv::Point2f> found;
        if (!cv::findChessboardCorners(picture, {columns, rows}, found, cv::CALIB_CB_ADAPTIVE_THRESH | cv::CALIB_CB_NORMALIZE_IMAGE | cv::CALIB_CB_FAST_CHECK)) return AE_EMPTY;
        // The window must stay within the squares around a corner.
        double nearest = 1e9;
        for (std::size_t i = 1; i < found.size(); ++i)
            if (i % static_cast<std::size_t>(columns) != 0) nearest = std::min(nearest, std::hypot(static_cast<double>(found[i].x - found[i - 1].x), static_cast<double>(found[i].y - found[i - 1].y)));
        const int half = std::clamp(static_cast<int>(nearest / 3), 2, 11);
        cv::cornerSubPix(picture, found, {half, half}, {-1, -1}, {cv::TermCriteria::EPS + cv::TermCriteria::COUNT, 40, 1e-3});
        for (std::size_t i = 0; i < found.size(); ++i) {
            corners[2 * i] = found[i].x;
            corners[2 * i + 1] = found[i].y;
        }
        return AE_OK;
    });
}

ae_result ae_chessboard_calibrate(int32_t pictures, int32_t columns, int32_t rows, double square_m, const float* corners, int32_t width_px, int32_t height_px, int32_t fit_k3,
                                  ae_lens* lens, double* reprojection_px, double* sd_px, double* view_px, char* message, int32_t message_size) {
    if (!valid(pictures, columns, rows, square_m, corners) || lens == nullptr || reprojection_px == nullptr || sd_px == nullptr || view_px == nullptr) return refuse(AE_INVALID, message, message_size, "no corners or no room");
    return guarded(AE_VISION_DAMAGED, message, message_size, [&] {
        prepare();
        const std::vector<std::vector<cv::Point3f>> points(static_cast<std::size_t>(pictures), board(columns, rows, square_m));
        cv::Mat k, d, sd, sd_poses, errors;
        std::vector<cv::Mat> rotations, positions;
        *reprojection_px = cv::calibrateCamera(points, views(pictures, columns * rows, corners), {width_px, height_px}, k, d, rotations, positions, sd, sd_poses, errors, fit_k3 ? 0 : cv::CALIB_FIX_K3);
        *lens = {k.at<double>(0, 0), k.at<double>(1, 1), k.at<double>(0, 2), k.at<double>(1, 2), {}};
        for (int i = 0; i < 5; ++i) lens->distortion[i] = d.at<double>(i);
        for (int i = 0; i < 4; ++i) sd_px[i] = sd.at<double>(i);
        for (int i = 0; i < pictures; ++i) view_px[i] = errors.at<double>(i);
        return AE_OK;
    });
}

ae_result ae_chessboard_reproject(int32_t pictures, int32_t columns, int32_t rows, double square_m, const float* corners, const ae_lens* lens, double* reprojection_px, double* view_px,
                                  char* message, int32_t message_size) {
    if (!valid(pictures, columns, rows, square_m, corners) || lens == nullptr || reprojection_px == nullptr || view_px == nullptr) return refuse(AE_INVALID, message, message_size, "no corners, lens or room");
    return guarded(AE_VISION_DAMAGED, message, message_size, [&] {
        prepare();
        const auto points = board(columns, rows, square_m);
        const auto seen = views(pictures, columns * rows, corners);
        double all = 0;
        for (int32_t p = 0; p < pictures; ++p) {
            cv::Mat rotation, position;
            std::vector<cv::Point2f> again;
            cv::solvePnP(points, seen[static_cast<std::size_t>(p)], matrix(*lens), distortion(*lens), rotation, position);
            cv::projectPoints(points, rotation, position, matrix(*lens), distortion(*lens), again);
            double sum = 0;
            for (std::size_t i = 0; i < again.size(); ++i) {
                const cv::Point2f away = again[i] - seen[static_cast<std::size_t>(p)][i];
                sum += static_cast<double>(away.x) * away.x + static_cast<double>(away.y) * away.y;
            }
            view_px[p] = std::sqrt(sum / static_cast<double>(again.size()));
            all += sum;
        }
        *reprojection_px = std::sqrt(all / (static_cast<double>(pictures) * columns * rows));
        return AE_OK;
    });
}

ae_result ae_chessboard_project(int32_t columns, int32_t rows, double square_m, const double* rotation, const double* position_m, const ae_lens* lens, float* corners) {
    if (!valid(1, columns, rows, square_m, corners) || rotation == nullptr || position_m == nullptr || lens == nullptr) return AE_INVALID;
    return guarded(AE_INVALID, nullptr, 0, [&] {
        prepare();
        std::vector<cv::Point2f> pixels;
        cv::projectPoints(board(columns, rows, square_m), cv::Vec3d(rotation[0], rotation[1], rotation[2]), cv::Vec3d(position_m[0], position_m[1], position_m[2]), matrix(*lens), distortion(*lens), pixels);
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            corners[2 * i] = pixels[i].x;
            corners[2 * i + 1] = pixels[i].y;
        }
        return AE_OK;
    });
}

}  // extern "C"
