// The vision library through its C interface only: nothing throws, sizes are checked, errors are said.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>
#include "attention_engine_vision.h"
#include "check.h"

namespace {

constexpr ae_face_box Everywhere{0, 0, 0, 0, 0};

std::vector<uint8_t> chessboard(int width, int height, int columns, int rows, int square, int left, int top) {
    std::vector<uint8_t> gray(static_cast<std::size_t>(width) * height, 255);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const int c = (x - left) / square, r = (y - top) / square;
            if (x >= left && y >= top && c <= columns && r <= rows && (c + r) % 2 == 0) gray[static_cast<std::size_t>(y) * width + x] = 0;
        }
    return gray;
}

}  // namespace

TEST(vision_says_what_is_missing) {
    char message[256] = "x";
    ae_camera* camera = nullptr;
    ae_camera_info info{};
    ae_camera_config config{"/nowhere/film.avi", AE_CAMERA_FILE, 0, 0, 1000, 0};
    CHECK(ae_camera_open(&config, &camera, &info, message, sizeof message) == AE_VISION_MISSING && camera == nullptr && std::strstr(message, "no such file") != nullptr);
    config = {"/nowhere/video7", AE_CAMERA_DEVICE, 0, 0, 1000, 0};
    CHECK(ae_camera_open(&config, &camera, &info, message, sizeof message) == AE_VISION_MISSING && std::strstr(message, "no such device") != nullptr);
    config = {nullptr, AE_CAMERA_FILE, 0, 0, 1000, 0};
    CHECK(ae_camera_open(&config, &camera, &info, message, sizeof message) == AE_INVALID);
    ae_cascade* cascade = nullptr;
    CHECK(ae_cascade_open("/nowhere.xml", &cascade, message, sizeof message) == AE_VISION_MISSING && cascade == nullptr);
    int32_t width = 0, height = 0;
    CHECK(ae_picture_read("/nowhere.png", &width, &height, nullptr, 0, message, sizeof message) == AE_VISION_MISSING);
    CHECK(ae_picture_read("/nowhere.png", &width, &height, nullptr, 0, message, 4) == AE_VISION_MISSING && std::strlen(message) == 3);
    CHECK(ae_vision_interface() == AE_VISION_INTERFACE && ae_vision_library(message, sizeof message) == AE_OK && std::strncmp(message, "OpenCV ", 7) == 0);
    ae_camera_close(nullptr);
    ae_cascade_close(nullptr);
}

TEST(vision_refuses_what_is_no_video_or_cascade) {
    const std::string name = "vision_tests." + std::to_string(getpid());
    std::FILE* file = std::fopen(name.c_str(), "w");
    std::fputs("<this is neither>", file);
    std::fclose(file);
    char message[256];
    ae_camera* camera = nullptr;
    ae_camera_info info{};
    const ae_camera_config config{name.c_str(), AE_CAMERA_FILE, 0, 0, 1000, 0};
    CHECK(ae_camera_open(&config, &camera, &info, message, sizeof message) == AE_VISION_DAMAGED && message[0] != '\0');
    ae_cascade* cascade = nullptr;
    CHECK(ae_cascade_open(name.c_str(), &cascade, message, sizeof message) == AE_VISION_DAMAGED && message[0] != '\0');
    int32_t width = 0, height = 0;
    CHECK(ae_picture_read(name.c_str(), &width, &height, nullptr, 0, message, sizeof message) == AE_VISION_DAMAGED);
    std::remove(name.c_str());
}

TEST(vision_pictures_come_back_as_they_were) {
    auto gray = chessboard(96, 64, 3, 3, 12, 20, 8);
    std::vector<uint8_t> png(20000), back(gray.size());
    int64_t bytes = 4;
    char message[128];
    CHECK(ae_picture_encode(".png", gray.data(), 96, 64, png.data(), &bytes, message, sizeof message) == AE_INVALID && bytes > 4);
    bytes = static_cast<int64_t>(png.size());
    CHECK(ae_picture_encode(".png", gray.data(), 96, 64, png.data(), &bytes, message, sizeof message) == AE_OK);
    const std::string name = "vision_tests." + std::to_string(getpid()) + ".png";
    std::FILE* file = std::fopen(name.c_str(), "wb");
    std::fwrite(png.data(), 1, static_cast<std::size_t>(bytes), file);
    std::fclose(file);
    int32_t width = 0, height = 0;
    CHECK(ae_picture_read(name.c_str(), &width, &height, back.data(), 10, message, sizeof message) == AE_INVALID);
    CHECK(ae_picture_read(name.c_str(), &width, &height, back.data(), static_cast<int64_t>(back.size()), message, sizeof message) == AE_OK);
    CHECK(width == 96 && height == 64 && back == gray);
    std::remove(name.c_str());
    std::vector<uint8_t> half(48 * 32);
    CHECK(ae_picture_resize(gray.data(), 96, 64, half.data(), 48, 32) == AE_OK && half[0] == 255);
    CHECK(ae_picture_resize(gray.data(), 0, 64, half.data(), 48, 32) == AE_INVALID);
}

TEST(vision_finds_the_corners_of_a_chessboard) {
    const int columns = 6, rows = 4, square = 30;
    auto gray = chessboard(320, 240, columns, rows, square, 40, 45);
    std::vector<float> corners(2 * columns * rows);
    char message[128];
    CHECK(ae_chessboard_find(gray.data(), 320, 240, columns, rows, corners.data(), message, sizeof message) == AE_OK);
    // Every corner lies between two pixels, within a tenth of one.
    for (int i = 0; i < columns * rows; ++i) {
        const double x = (corners[2 * i] + 0.5 - 40) / square, y = (corners[2 * i + 1] + 0.5 - 45) / square;
        CHECK(std::fabs(x - std::round(x)) * square < 0.1 && std::fabs(y - std::round(y)) * square < 0.1);
    }
    std::fill(gray.begin(), gray.end(), static_cast<uint8_t>(90));
    CHECK(ae_chessboard_find(gray.data(), 320, 240, columns, rows, corners.data(), message, sizeof message) == AE_EMPTY);
    CHECK(ae_chessboard_find(gray.data(), 320, 240, 2, rows, corners.data(), message, sizeof message) == AE_INVALID);
    ae_lens lens{};
    double error = 0, sd[4], view[1];
    CHECK(ae_chessboard_calibrate(0, columns, rows, 0.03, corners.data(), 320, 240, 0, &lens, &error, sd, view, message, sizeof message) == AE_INVALID);
}

TEST(vision_a_flat_picture_holds_no_face) {
    char message[256];
    ae_cascade* cascade = nullptr;
    if (ae_cascade_open("/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml", &cascade, message, sizeof message) != AE_OK) { std::puts("  opencv-data is not here"); return; }
    std::vector<uint8_t> gray(320 * 240, 120);
    ae_face_box boxes[4];
    int32_t count = 4;
    CHECK(ae_cascade_find(cascade, gray.data(), 320, 240, Everywhere, 0, 30, 0, 1.1, 3, boxes, &count) == AE_OK && count == 0);
    count = 4;
    CHECK(ae_cascade_find(cascade, gray.data(), 320, 240, {300, 200, 400, 400, 0}, 1, 30, 0, 1.1, 3, boxes, &count) == AE_OK && count == 0);
    CHECK(ae_cascade_find(cascade, gray.data(), 320, 240, Everywhere, 0, 30, 0, 1.0, 3, boxes, &count) == AE_INVALID);
    ae_cascade_close(cascade);
}
