# Warnings are errors; sanitizers by GODWIT_SANITIZE; ccache and mold (or lld) when they are there.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these from within libstdc++'s std::variant and std::string where nothing is wrong.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
  if(CMAKE_UNITY_BUILD) # six sources are compiled as one there, to GCC as if they were headers
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()

if(GODWIT_SANITIZE)
  add_compile_options(-fsanitize=${GODWIT_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GODWIT_SANITIZE})
endif()
if(GODWIT_FUZZ) # what is undefined ends the program as a crash does
  add_compile_options(-fno-sanitize-recover=all)
endif()

find_program(GODWIT_CCACHE ccache)
if(GODWIT_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${GODWIT_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GODWIT_CCACHE})
endif()
find_program(GODWIT_MOLD mold)
find_program(GODWIT_LLD ld.lld)
if(GODWIT_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(GODWIT_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# Standalone Asio, header only; SYSTEM by its place in /usr/include.
add_library(godwit_asio INTERFACE)
target_compile_definitions(godwit_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
if(GODWIT_SANITIZE MATCHES "thread") # tsan does not understand fences, and GCC says so; Asio has locks as well
  target_compile_definitions(godwit_asio INTERFACE ASIO_DISABLE_FENCED_BLOCK)
endif()
