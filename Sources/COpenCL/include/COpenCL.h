typedef int COpenCL_placeholder;
