# CPU: docker build -t musicgen .    GPU: docker build --build-arg EXTRA=gpu -t musicgen-gpu .
FROM python:3.12-slim

ARG EXTRA=""
WORKDIR /app
COPY requirements.txt pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN if [ -n "$EXTRA" ]; then pip install --no-cache-dir ".[$EXTRA]"; fi

RUN useradd --create-home musician && mkdir /data && chown musician /data
USER musician
ENV MUSICGEN_HOME=/data
VOLUME /data
EXPOSE 8501
# Inside the container it must listen to the outside; who may reach it is what -p says.
CMD ["streamlit", "run", "streamlit_app.py", "--server.address", "0.0.0.0", "--server.headless", "true"]
