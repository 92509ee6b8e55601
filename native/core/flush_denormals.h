// Denormal numbers cost a hundred times a normal one: zero while the audio thread computes, the caller's setting afterwards.
#pragma once
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace attend {

class FlushDenormals {
public:
#if defined(__SSE2__)
    FlushDenormals() noexcept : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040u); }  // flush-to-zero and denormals-are-zero
    ~FlushDenormals() { _mm_setcsr(saved_); }

private:
    unsigned saved_;

public:
#else
    FlushDenormals() noexcept {}
#endif
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;
};

}  // namespace attend
