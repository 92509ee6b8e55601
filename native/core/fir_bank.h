// Filter-and-sum: both ears of one talker from all microphones.
#pragma once

namespace attend {

// left[i] = sum over m, t of filters[0][m][t] * x[m][i - t], right alike with filters[1].
// x: [M] pointers to the current sample; at least taps - 1 older samples lie before each.
// filters: [2 x M x taps]. Every output is summed in the same order (m outer, t inner), whatever i and count are.
void fir_two_ears(const float* const* x, int microphones, const float* filters, int taps, float* left, float* right, int count) noexcept;

}  // namespace attend
