// A test is a function; CHECK counts and prints failures and goes on.
#pragma once
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace check {
struct Test { std::string name; std::function<void()> run; };
inline std::vector<Test>& tests() { static std::vector<Test> all; return all; }
inline int& failures() { static int count = 0; return count; }
struct Register { Register(const char* name, std::function<void()> run) { tests().push_back({name, std::move(run)}); } };
}  // namespace check

#define TEST(name) \
    static void name(); \
    static const check::Register name##_registered(#name, name); \
    static void name()
#define CHECK(condition) \
    do { if (!(condition)) { ++check::failures(); std::printf("%s:%d: CHECK(%s) failed\n", __FILE__, __LINE__, #condition); } } while (false)
