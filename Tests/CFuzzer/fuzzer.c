#include "CFuzzer.h"

#if defined(CFUZZER_LIBRARY)

int LLVMFuzzerRunDriver(int *argument_count, char ***arguments, cfuzzer_trial trial);

int cfuzzer_run(int argument_count, char **arguments, cfuzzer_trial trial) {
  return LLVMFuzzerRunDriver(&argument_count, &arguments, trial);
}

#else

#include <stdio.h>

enum { longest_input = 1 << 20 };

int cfuzzer_run(int argument_count, char **arguments, cfuzzer_trial trial) {
  static uint8_t bytes[longest_input];
  for (int index = 1; index < argument_count; index++) {
    FILE *file = fopen(arguments[index], "rb");
    if (!file) {
      perror(arguments[index]);
      return 1;
    }
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    trial(bytes, count);
  }
  printf("%d inputs tried\n", argument_count - 1);
  return 0;
}

#endif
