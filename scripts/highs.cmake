# How CMake compiles HiGHS: several files in one call of the compiler, which halves the time, since
# each file alone reads the same headers again. scripts/bootstrap announces this file to cargo.
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 16)
