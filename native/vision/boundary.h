// Keeps exceptions on this side of the C interface and puts what they say into the caller's message.
#pragma once
#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include "attention_engine_vision.h"

namespace attend::vision {

inline void say(char* message, int32_t size, const std::string& text) noexcept {
    if (message == nullptr || size <= 0) return;
    std::size_t length = std::min(text.size(), static_cast<std::size_t>(size - 1));
    while (length > 0 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;  // not in the middle of a character
    std::memcpy(message, text.data(), length);
    message[length] = '\0';
}

inline ae_result refuse(ae_result result, char* message, int32_t size, const std::string& text) noexcept {
    say(message, size, text);
    return result;
}

/// Runs `work`; whatever it throws becomes `failure`.
template <typename Work>
ae_result guarded(ae_result failure, char* message, int32_t size, Work&& work) noexcept {
    try {
        say(message, size, "");
        return work();
    } catch (const std::bad_alloc&) {
        return refuse(AE_OUT_OF_MEMORY, message, size, "out of memory");
    } catch (const std::exception& e) {
        return refuse(failure, message, size, e.what());
    } catch (...) {
        return refuse(failure, message, size, "an unknown exception");
    }
}

/// OpenCV on the calling thread only, and its own error text off stderr. Called before the first use of anything.
void prepare();

}  // namespace attend::vision
