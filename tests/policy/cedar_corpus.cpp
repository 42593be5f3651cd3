// cedar_corpus DIR [FILE…]: runs the official Cedar cases below DIR, or only
// the named ones. Prints each failure and `N passed, M failed`, counted in
// requests. Exit code 1 when anything failed or nothing was found.

#include "support/policy_corpus.hpp"

#include <iostream>

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: cedar_corpus DIR [FILE...]\n";
        return 2;
    }
    charter::testing::CorpusRunner runner(argv[1], std::cout);
    for (int i = 2; i < argc; ++i) {
        runner.run(argv[i]);
    }
    if (argc == 2) {
        runner.run_all();
    }
    std::cout << "compared: " << charter::testing::compared_facts << "\n"
              << runner.passed() << " passed, " << runner.failed() << " failed\n";
    return runner.failed() == 0 && runner.passed() > 0 ? 0 : 1;
}
