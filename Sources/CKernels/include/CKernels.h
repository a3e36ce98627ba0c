typedef int CKernels_placeholder;
