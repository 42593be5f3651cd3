# charter_embed(<target> <name> <folder> <file>...)
#
# Builds files into <target>. The generated source defines, in namespace charter,
#   std::span<const EmbeddedFile> embedded_<name>();
# with each file's path below <folder> and its bytes, in the order given
# (include/charter/base/embedded.hpp). Paths are below the source folder or absolute.
#
# Run as a script (cmake -P) this same file writes the source, so that a changed
# file is embedded again by the build alone.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(contents "")
  set(entries "")
  set(count 0)
  foreach(file IN LISTS FILES)
    file(READ ${FOLDER}/${file} hex HEX)
    string(LENGTH "${hex}" size)
    math(EXPR size "${size} / 2")
    string(REGEX REPLACE "(..)" "\\\\x\\1" escaped "${hex}")
    string(APPEND contents "constexpr char file_${count}[] = \"${escaped}\";\n")
    string(APPEND entries "    {\"${file}\", {file_${count}, ${size}}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  file(WRITE ${OUTPUT}
    "#include \"charter/base/embedded.hpp\"\n\n#include <array>\n#include <span>\n\n"
    "namespace charter {\nnamespace {\n${contents}"
    "constexpr std::array<EmbeddedFile, ${count}> files{{\n${entries}}};\n}  // namespace\n\n"
    "std::span<const EmbeddedFile> embedded_${NAME}();\n"
    "std::span<const EmbeddedFile> embedded_${NAME}() { return files; }\n\n}  // namespace charter\n")
  return()
endif()

set(CHARTER_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(charter_embed target name folder)
  get_filename_component(folder ${folder} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  set(names "")
  set(paths "")
  foreach(file ${ARGN})
    get_filename_component(path ${file} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
    file(RELATIVE_PATH relative ${folder} ${path})
    list(APPEND names ${relative})
    list(APPEND paths ${path})
  endforeach()
  set(output ${CMAKE_BINARY_DIR}/embedded/${name}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DFOLDER=${folder}" "-DFILES=${names}" "-DNAME=${name}"
      "-DOUTPUT=${output}" -P ${CHARTER_EMBED_SCRIPT}
    DEPENDS ${paths} ${CHARTER_EMBED_SCRIPT}
    VERBATIM)
  # A file is one literal, which may be longer than every compiler must take.
  set_source_files_properties(${output} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
  target_sources(${target} PRIVATE ${output})
endfunction()
