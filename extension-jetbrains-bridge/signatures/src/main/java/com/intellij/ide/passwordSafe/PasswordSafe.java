package com.intellij.ide.passwordSafe;

import com.intellij.credentialStore.CredentialAttributes;

public abstract class PasswordSafe {
  public static PasswordSafe getInstance() {
    throw new UnsupportedOperationException();
  }

  public abstract String getPassword(CredentialAttributes attributes);

  public abstract void setPassword(CredentialAttributes attributes, String password);
}
