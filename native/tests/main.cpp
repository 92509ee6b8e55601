#include "check.h"

int main(int count, char** words) {
    std::size_t ran = 0;
    for (const auto& test : check::tests()) {
        if (count > 1 && test.name.find(words[1]) == std::string::npos) continue;  // a part of a name selects
        ++ran;
        const int before = check::failures();
        test.run();
        std::printf("%s %s\n", check::failures() == before ? "ok    " : "FAILED", test.name.c_str());
    }
    std::printf("%zu tests, %d failed checks\n", ran, check::failures());
    return check::failures() == 0 && ran > 0 ? 0 : 1;
}
