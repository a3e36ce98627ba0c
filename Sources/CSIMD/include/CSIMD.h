typedef int CSIMD_placeholder;
