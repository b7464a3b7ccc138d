# Read by the build of llama-cpp-python (see CMAKE_ARGS in the Makefile): it asks for llama.cpp's
# "common" library, 100 of 187 objects, which nothing of ours uses. A plain variable, set before,
# shadows that wish. Processor time of the build: 4:38 instead of 11:05 (minutes, both cores).
set(LLAMA_BUILD_COMMON OFF)
