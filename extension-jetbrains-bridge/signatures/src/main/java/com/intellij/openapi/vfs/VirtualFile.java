package com.intellij.openapi.vfs;

public abstract class VirtualFile {}
