package com.intellij.credentialStore;

public class CredentialAttributes {
  public CredentialAttributes(String serviceName) {}
}
